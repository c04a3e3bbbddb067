import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc, { type Arbitrary } from 'fast-check'
import { readRecord as readRun } from '../../apps/cli/src/files/record.ts'
import { readRecord as readResume } from '../../apps/cli/src/training/interrupted.ts'
import { answered, type Format, Wrong } from './format.ts'
import { type Damage, damaged, damages, sameBytes } from './lies.ts'

/** A record with values in it that are not what its writer would write, and what is done to its bytes. */
interface RecordCase {
  lies: { at: number; value: unknown }[]
  damages: Damage[]
}

const sha256 = 'ab'.repeat(32)
const input = { path: '/a/train.csv', fromRun: '../train.csv', size: 7, sha256 }
const layout = { header: true, columns: 4, label: { place: 0, name: 'label' }, dropped: [{ place: 3, name: 'x' }] }
const call = { line: ['run', '--data', 'a'], folder: '/a', started: '2026-01-01T00:00:00.000Z' }

const run = {
  format: 2,
  command: 'run',
  call,
  reading: { label: 'label', drop: ['x'], shape: '2x1' },
  data: { classes: ['a', 'b'], shape: [2, 1, 1], channelOrder: 'interleaved' },
  source: 'a',
  inputs: {
    data: { path: '/a', fromRun: '..' },
    train: { ...input, kind: 'csv', layout, noted: ['a column was dropped'] },
    test: { ...input, kind: 'zip', member: 'test.csv', part: 'test', noted: [] },
    sample: input,
  },
  exported: { sha256 },
}

const epoch = { epoch: 1, trainLoss: 0.5, learningRate: 0.1, seconds: 1 }
const outcome = {
  verdict: 'learned',
  loss: { first: 2, last: 1, chance: 2.3 },
  measured: { on: 'validation', rows: 6, accuracy: 0.5, mostFrequent: 0.1 },
}

const resume = {
  format: 2,
  command: 'train',
  arguments: ['/a/train.csv'],
  flags: { recipe: 'linear', seed: 1, engine: 'onnxruntime', device: 'cpu', epochs: 4, drop: ['x'] },
  call,
  seed: 1,
  threads: 1,
  processor: 'x86',
  versions: { pixelrow: '1.0.0' },
  data: { rows: 6, shape: [2, 1, 1], channelOrder: 'interleaved', maxValue: 255, classes: ['a', 'b'], sha256 },
  standing: { phase: 2, seconds: 1, first: { history: [epoch], seconds: 1, outcomes: [outcome] } },
  checkpoint: { bytes: 7, sha256 },
}

const value: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, 0, -1, 0.5, 1, 3, 2 ** 53, 1e300, '', 'x', '__proto__', '../..', '/etc/passwd', '\0', '\x1b[2J'],
    ...['x'.repeat(5000), [], [null], [[]], {}, { toString: 1 }, { __proto__: null, length: -1 }],
    ...[new Array(100_000).fill('x'), nested(500)],
  ),
  fc.jsonValue({ maxDepth: 2 }),
)

/** Lists in lists, so deep. */
function nested(depth: number): unknown {
  let value: unknown = []
  for (let i = 0; i < depth; i++) value = [value]
  return value
}

/** Every place in a record at which there is a value. */
function placesIn(record: unknown, path: string[] = []): string[][] {
  if (typeof record !== 'object' || record === null) return [path]
  const below = Object.entries(record).flatMap(([name, each]) => placesIn(each, [...path, name]))
  return path.length === 0 ? below : [path, ...below]
}

/** Puts a value in place of another one. */
function put(record: object, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path
  const at = record as Record<string, unknown>
  const below = at[name]
  if (rest.length === 0) at[name] = value
  else if (typeof below === 'object' && below !== null) put(below, rest, value)
}

function textOf(record: object, lies: RecordCase['lies']): string {
  const places = placesIn(record)
  const told = structuredClone(record)
  for (const { at, value } of lies) put(told, places[Math.floor(at * places.length)]!, value)
  return JSON.stringify(told)
}

/** A record of a run's folder, and what reads it. */
function recordFormat(record: object, name: string, read: (folder: string) => Promise<unknown>): Format<RecordCase> {
  const whole = new TextEncoder().encode(textOf(record, []))
  return {
    cases: fc.record({
      lies: fc.oneof(
        { weight: 1, arbitrary: fc.constant<RecordCase['lies']>([]) },
        {
          weight: 6,
          arbitrary: fc.array(fc.record({ at: fc.double({ min: 0, max: 0.999, noNaN: true }), value }), {
            minLength: 1,
            maxLength: 3,
          }),
        },
      ),
      damages,
    }),
    bytes: (it) => damaged(new TextEncoder().encode(textOf(record, it.lies)), it.damages),
    async read(_, file, folder) {
      const out = join(folder, 'out')
      mkdirSync(out, { recursive: true })
      writeFileSync(join(out, name), file)
      const isRead = await answered(() => read(out))
      if (!isRead && sameBytes(file, whole)) throw new Wrong('a whole record is refused')
    },
    memory: { most: 32e6, perByte: 60 },
  }
}

/** `run.json`, whatever anybody has put there. */
export const runRecord = recordFormat(run, 'run.json', readRun)

/** `resume.json`. */
export const resumeRecord = recordFormat(resume, 'resume.json', (path) =>
  readResume({ file: (each) => join(path, each) }),
)
