#!/usr/bin/env node
import { check, read as onnx } from '@pixelrow/onnx'
import { visible, visibleName } from '../../../common/visible.ts'
import { describe } from './describe.ts'
import { toFloat16 } from './float16.ts'
import { optimize } from './optimize/optimize.ts'
import { tfjsToOnnx } from './tfjs/tfjstoonnx.ts'
import { toSingleFile } from './whole.ts'

const usage = `Usage: npx @pixelrow/export SOURCE -o model.onnx [options]

Puts a model of TensorFlow.js or Teachable Machine (its model.json, folder, zip or URL), or an .onnx file with the weights beside it,
into one ONNX file, which is checked against ONNX’s definitions before it is written. It is not run here; pixelrow export does that.

  -o, --out <file>        where the model goes
      --precision <name>  float32 or float16, which is not checked on rows here; pixelrow export does that, and int8
      --force             replace a file that pixelrow did not write, or that was changed since
      --optimize          work out what constants decide, drop what no output needs
      --classes <list>    make a classifier: bytes in, and these classes with commas between them
      --scale <x>         what that classifier’s model is fed is byte × scale + offset (default: 1/255)
      --offset <x>        (default: 0)
  -h, --help              show this help`

/** A call that cannot be understood. */
class UsageError extends Error {}

const options = {
  out: { type: 'string', short: 'o' },
  precision: { type: 'string', default: 'float32' },
  force: { type: 'boolean' },
  optimize: { type: 'boolean' },
  classes: { type: 'string' },
  scale: { type: 'string' },
  offset: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

interface Values {
  out?: string
  precision: string
  force?: boolean
  optimize?: boolean
  classes?: string
  scale?: string
  offset?: string
  help?: boolean
}

// Node’s modules are asked for when the command runs: the package itself works in a page.
async function main(argv: string[]): Promise<void> {
  const { values, positionals } = await parsed(argv)
  if (values.help) {
    await print(usage)
    return
  }
  const [source, ...more] = positionals
  if (source === undefined || more.length) throw new UsageError('expected one SOURCE, e.g. model.json')
  if (values.out === undefined) throw new UsageError('expected -o, e.g. -o model.onnx')
  await requireApart(source, values.out)
  const { claimFile } = await import('@pixelrow/files')
  const { out, force = false } = values
  await using output = await claimFile(out, { by: 'pixelrow-export', force, isOurs })
  const bytes = lessOf(await read(source, values), values)
  requireSound(out, bytes)
  await output.write(output.name, bytes)
  await output.commit()
  const { inputs, outputs } = describe(bytes)
  const names = (ports: typeof inputs) =>
    ports.map(({ name, dataType, dims }) => `${visibleName(name)} ${dataType}[${dims}]`).join(', ')
  await print(
    `${visibleName(out)}: ${bytes.length} bytes, well formed by ONNX’s definitions\ninput:  ${names(inputs)}\noutput: ${names(outputs)}`,
  )
}

/** Whether a file of which nothing is written down is a model that an earlier version wrote. */
async function isOurs(path: string, state: string): Promise<boolean> {
  const { readFile } = await import('node:fs/promises')
  try {
    if (state === 'changed') return false
    return describe(new Uint8Array(await readFile(path))).producer === 'pixelrow'
  } catch {
    return false
  }
}

/** Writes to standard output and waits for it; whoever has read enough of it is no failure. */
async function print(text: string): Promise<void> {
  process.stdout.on('error', () => {})
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => {
    process.stdout.write(`${visible(text)}\n`, resolve)
  })
  if (error && error.code !== 'EPIPE') throw new Error(`standard output cannot be written: ${error.message}`)
}

/** What went wrong, with what helps in this command's own words. */
function sentenceOf(error: unknown): string {
  const { code, sentence, message } = error as Error & { code?: string; sentence?: string }
  if (code !== 'FILES_FOREIGN') return error instanceof Error ? message : String(error)
  return `${sentence} Choose another -o, move it away, or add --force to replace it.`
}

async function parsed(argv: string[]): Promise<{ values: Values; positionals: string[] }> {
  const { parseArgs } = await import('node:util')
  try {
    return parseArgs({ args: argv, options, allowPositionals: true }) as { values: Values; positionals: string[] }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** There is no runtime here that could run the file; what ONNX itself asks of one is checked. */
function requireSound(out: string, bytes: Uint8Array): void {
  try {
    check(onnx(bytes))
  } catch (error) {
    throw new Error(`${out}: the file that came out is not sound, and not written: ${(error as Error).message}`)
  }
}

/** Writing over what is read would lose it. */
async function requireApart(source: string, out: string): Promise<void> {
  const { realpath } = await import('node:fs/promises')
  const [from, to] = await Promise.all([source, out].map((path) => realpath(path).catch(() => undefined)))
  if (from !== undefined && from === to)
    throw new Error(`${out} is read here and would be written over; choose another -o`)
}

async function read(source: string, { classes, scale, offset }: Values): Promise<Uint8Array> {
  if (/\.onnx$/i.test(source)) {
    const { readFile } = await import('node:fs/promises')
    const { dirname, join } = await import('node:path')
    const beside = async (name: string) => new Uint8Array(await readFile(join(dirname(source), name)))
    return toSingleFile(new Uint8Array(await readFile(source)), { read: beside })
  }
  if (classes === undefined) {
    if (scale !== undefined || offset !== undefined) throw new UsageError('--scale and --offset need --classes too')
    return tfjsToOnnx(source)
  }
  const numbers = { ...numberOf('scale', scale), ...numberOf('offset', offset) }
  return tfjsToOnnx(source, { classifier: { classes: classes.split(','), ...numbers } })
}

function numberOf(name: 'scale' | 'offset', text: string | undefined): { scale?: number; offset?: number } {
  if (text === undefined) return {}
  const value = Number(text)
  if (text.trim() && Number.isFinite(value)) return { [name]: value }
  throw new UsageError(`--${name} must be a number; found ${JSON.stringify(text)}`)
}

function lessOf(bytes: Uint8Array, { precision, optimize: less }: Values): Uint8Array {
  if (precision !== 'float32' && precision !== 'float16') {
    throw new UsageError(`--precision must be float32 or float16; found ${JSON.stringify(precision)}`)
  }
  const formed = less ? optimize(bytes) : bytes
  return precision === 'float16' ? toFloat16(formed) : formed
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const usageError = error instanceof UsageError
  process.stderr.on('error', () => {})
  process.stderr.write(
    visible(`Error: ${sentenceOf(error)}${usageError ? '\nTry: npx @pixelrow/export --help' : ''}\n`),
  )
  process.exitCode = usageError ? 2 : 1
})
