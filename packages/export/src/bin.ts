#!/usr/bin/env node
import { check, read as onnx } from '@pixelrow/onnx'
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
  optimize: { type: 'boolean' },
  classes: { type: 'string' },
  scale: { type: 'string' },
  offset: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

interface Values {
  out?: string
  precision: string
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
    console.log(usage)
    return
  }
  const [source, ...more] = positionals
  if (source === undefined || more.length) throw new UsageError('expected one SOURCE, e.g. model.json')
  if (values.out === undefined) throw new UsageError('expected -o, e.g. -o model.onnx')
  await requireApart(source, values.out)
  const bytes = lessOf(await read(source, values), values)
  requireSound(values.out, bytes)
  const { mkdir, readFile, writeFile } = await import('node:fs/promises')
  const { dirname } = await import('node:path')
  await mkdir(dirname(values.out), { recursive: true })
  await writeFile(values.out, bytes)
  const { inputs, outputs } = describe(new Uint8Array(await readFile(values.out)))
  const names = (ports: typeof inputs) =>
    ports.map(({ name, dataType, dims }) => `${name} ${dataType}[${dims}]`).join(', ')
  console.log(
    `${values.out}: ${bytes.length} bytes, well formed by ONNX’s definitions\ninput:  ${names(inputs)}\noutput: ${names(outputs)}`,
  )
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
  console.error(
    `Error: ${error instanceof Error ? error.message : error}${usageError ? '\nTry: npx @pixelrow/export --help' : ''}`,
  )
  process.exitCode = usageError ? 2 : 1
})
