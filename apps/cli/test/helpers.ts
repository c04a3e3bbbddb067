import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32, deflateSync } from 'node:zlib'
import { random } from '@pixelrow/data'
import { onTestFinished } from 'vitest'
import { zipOf } from '../../../packages/files/test/writer.ts'

export const entry = fileURLToPath(new URL('../dist/pixelrow.js', import.meta.url))

export interface Finished {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface Started {
  child: ChildProcess
  finished: Promise<Finished>
  /** Resolves when standard error has text that matches. */
  says(pattern: RegExp): Promise<void>
}

/** How a command is started; `input` is what it finds on standard input, which stays open without it, `entry` a copy of the program. */
interface Surroundings {
  entry?: string
  cwd?: string
  env?: NodeJS.ProcessEnv
  input?: string | Uint8Array
}

/** Starts the built command for real, without a terminal. */
export function start(args: readonly string[], options: Surroundings = {}): Started {
  const { FORCE_COLOR: _, NO_COLOR: __, ...inherited } = process.env
  const child = spawn(process.execPath, [options.entry ?? entry, ...args], {
    cwd: options.cwd,
    env: { ...inherited, ...options.env },
  })
  // Who refuses a call has not read its input.
  child.stdin.on('error', () => {})
  if (options.input !== undefined) child.stdin.end(options.input)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  const says = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => pattern.test(stderr) && resolve()
      child.stderr.on('data', look)
      finished.then(() => reject(new Error(`ended without saying ${pattern}: ${stderr}`)))
      look()
    })
  return { child, finished, says }
}

/** What is in the folder of a finished `train`, sorted. */
export const trainFiles = ['.pixelrow', 'history.csv', 'model.onnx', 'model.rows.bin', 'run.json']

/** The same of `run`. */
export const runFiles = [...trainFiles, 'submission.csv']

/** What was said, without the line that tells on which device of this machine a model is. */
export const withoutDevice = ({ stderr }: Finished): string => stderr.replace(/^Device .*\n/m, '')

/** Runs the built command to its end. */
export function pixelrow(args: readonly string[], options?: Surroundings): Promise<Finished> {
  return start(args, options).finished
}

/** Runs the built command until it has said what the patterns say, one after the other; then Ctrl-C. */
export function interrupted(args: readonly string[], cwd: string, ...patterns: string[]): Promise<Finished> {
  return pixelrow(args, { cwd, env: interruptedAt(...patterns) })
}

/** The variables that make a command do that. */
export function interruptedAt(...patterns: string[]): NodeJS.ProcessEnv {
  const hook = new URL('./interrupting.mjs', import.meta.url).href
  return { NODE_OPTIONS: `--import ${hook}`, INTERRUPT_AT: JSON.stringify(patterns) }
}

/** Resolves when a file is there, or rejects when the process has ended without it. */
export async function appears(path: string, { finished }: Started): Promise<void> {
  let over = false
  finished.then(() => {
    over = true
  })
  while (!existsSync(path)) {
    if (over) throw new Error(`ended without ${path}: ${(await finished).stderr}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** An empty folder that goes with the test. */
export function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pixelrow-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface Fake {
  rows: number
  classes: readonly string[]
  side?: number
  maxValue?: number
  labelLast?: boolean
  end?: '\n' | '\r\n'
  /** Names of the rows, as a first column `id`. */
  ids?: (row: number) => string
  seed?: number
}

/** Small images that are easy to tell apart: a random picture for each class, a little noise for each row. */
export function fakeTable(fake: Fake): { labelled: string; unlabelled: string; labels: string[] } {
  const { rows, classes, side = 8, maxValue = 16, labelLast = false, end = '\n', ids, seed = 0 } = fake
  const pictures = random(7, 1000)
  const noise = random(seed, 1001)
  const pixels = Array.from({ length: side * side }, (_, pixel) => pixel)
  const names = pixels.map((pixel) => `pixel${pixel}`)
  const join = (cells: string[], label?: string) =>
    (label === undefined ? cells : labelLast ? [...cells, label] : [label, ...cells]).join(',')
  const labels = Array.from({ length: rows }, (_, row) => classes[row % classes.length]!)
  const images = labels.map((_, row) =>
    pixels.map((pixel) => {
      const ink = pictures.below(row % classes.length, pixel, 2) * Math.floor(maxValue / 2)
      return String(ink + noise.below(row, pixel, Math.floor(maxValue / 2) + 1))
    }),
  )
  const withId = (cells: string[], row: number, name?: string) => (ids ? [name ?? ids(row), ...cells] : cells)
  const text = (label: boolean) =>
    [
      join(withId(names, 0, 'id'), label ? 'label' : undefined),
      ...images.map((cells, row) => join(withId(cells, row), label ? labels[row] : undefined)),
      '',
    ].join(end)
  return { labelled: text(true), unlabelled: text(false), labels }
}

/** A folder like a Kaggle competition's: train.csv, test.csv and, where it is given, sample_submission.csv. */
export function writeData(folder: string, fake: Fake, sample?: (ids: string[]) => string): { truth: string[] } {
  mkdirSync(folder, { recursive: true })
  const test = fakeTable({ ...fake, rows: Math.ceil(fake.rows / 3), seed: 1 })
  writeFileSync(join(folder, 'train.csv'), fakeTable(fake).labelled)
  writeFileSync(join(folder, 'test.csv'), test.unlabelled)
  const ids = test.labels.map((_, row) => fake.ids?.(row) ?? String(row + 1))
  if (sample) writeFileSync(join(folder, 'sample_submission.csv'), sample(ids))
  return { truth: test.labels }
}

/** The cells of a CSV without quotes, header first. */
export function csvRows(text: string): string[][] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.split(','))
}

/** A PNG of grey or, with three bytes a pixel, coloured pixels. */
export function png(width: number, height: number, pixels: Uint8Array): Buffer {
  const channels = pixels.length / (width * height)
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, channels === 3 ? 2 : 0, 0, 0, 0])
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  const lines = Array.from({ length: height }, (_, y) => [
    Buffer.of(0),
    pixels.subarray(y * width * channels, (y + 1) * width * channels),
  ])
  const data = deflateSync(Buffer.concat(lines.flat()))
  const parts = [chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts])
}

/** Every file below a folder as members of a zip. */
export function zipped(folder: string): Uint8Array {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort()
  return zipOf(paths.map((path) => ({ name: relative(folder, path).replaceAll(sep, '/'), data: readFileSync(path) })))
}
