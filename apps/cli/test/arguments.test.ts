import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fakeTable, interruptedAt, pixelrow, writeData } from './helpers.ts'
import { atTerminal } from './kaggle-helpers.ts'

// What may stand for a model and for a table: a run folder, and `-` for standard input.

const fake = { rows: 300, classes: ['a', 'b', 'c'] }
const training = ['--recipe', 'mlp', '--epochs', '3', '--threads', '1']

/** A folder with train.csv, test.csv and two runs of different seeds. */
let cwd: string

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'pixelrow-arguments-'))
  writeData(cwd, fake)
  for (const seed of ['1', '2']) await fine(['train', 'train.csv', '-o', `run${seed}`, '--seed', seed, ...training])
})

afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const bytesOf = (name: string) => readFileSync(join(cwd, name))

async function fine(args: readonly string[], options: { input?: Uint8Array } = {}) {
  const { code, stdout, stderr } = await pixelrow(args, { cwd, ...options })
  expect({ args, code, stderr: code ? stderr : '' }).toEqual({ args, code: 0, stderr: '' })
  return { stdout, stderr }
}

test.each<[string, (model: string) => string[], string?]>([
  ['predict', (model) => ['predict', model, 'test.csv', '--json']],
  [
    'predict into a folder',
    (model) => ['predict', model, 'test.csv', 'train.csv', '--drop', 'label', '-o', 'all/', '-q'],
  ],
  ['eval', (model) => ['eval', model, 'train.csv', '--json']],
  ['inspect', (model) => ['inspect', model, '--json']],
  ['export', (model) => ['export', model, '-o', 'out.onnx'], 'out.onnx'],
  ['merge', (model) => ['merge', model, 'run2/model.onnx', '-o', 'out.onnx', '--json'], 'out.onnx'],
])('%s takes the model of a run folder', async (_, argsFor, out) => {
  const [file, folder] = ['run1/model.onnx', 'run1'].map(argsFor)
  const outcome = async (args: readonly string[]) => {
    const { code, stdout } = await pixelrow(args, { cwd })
    return {
      code,
      stdout,
      written: out === undefined ? '' : existsSync(join(cwd, out)) && bytesOf(out).toString('base64'),
    }
  }
  const expected = await outcome(file!)
  rmSync(join(cwd, 'all'), { recursive: true, force: true })
  const found = await outcome(folder!)
  rmSync(join(cwd, 'all'), { recursive: true, force: true })
  expect(found).toEqual(expected)
})

test('playground takes the model of a run folder', async () => {
  await fine(['playground', '--model', 'run1', '--out', 'page', '-q'])
  expect(bytesOf('page/model.onnx').equals(bytesOf('run1/model.onnx'))).toBe(true)
})

test.each(['predict', 'eval', 'inspect', 'merge'])('%s says what a folder without a model lacks', async (name) => {
  mkdirSync(join(cwd, 'empty'), { recursive: true })
  mkdirSync(join(cwd, 'waiting'), { recursive: true })
  writeFileSync(join(cwd, 'waiting/resume.json'), '{}')
  const rest = { predict: ['test.csv', '-o', '-'], eval: ['train.csv'], merge: ['run2', '-o', 'm.onnx'] }[name] ?? []
  const { code, stderr } = await pixelrow([name, 'empty', ...rest], { cwd })
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr:
      'Error: empty: expected an ONNX file or a run folder, found a folder without model.onnx\n' +
      'Fix: name a .onnx, or the folder of a finished run\n',
  })
  expect((await pixelrow([name, 'waiting', ...rest], { cwd })).stderr).toMatch(
    /\nFix: finish its training first: node .*pixelrow\.js resume waiting\n$/,
  )
})

test('a run folder in the place of the table is told from one in its own', async () => {
  const { code, stderr } = await pixelrow(['eval', 'train.csv', 'run1', '--header'], { cwd })
  expect(code).toBe(2)
  expect(stderr).toMatch(/^Error: The arguments are swapped.*\nTry: node .* eval run1 train\.csv --header\n$/)
})

/** The object of `--json`, with one name for the table, whichever way it came. */
const object = (text: string) => JSON.parse(text.replaceAll(/"(train\.csv|-|standard input)"/g, '"the table"'))

test.each<[string, string[], string?]>([
  ['eval', ['eval', 'run1', 'train.csv']],
  ['data describe', ['data', 'describe', 'train.csv']],
  ['data split', ['data', 'split', 'train.csv', '-o', 'parts'], 'parts/train.csv'],
  ['data head', ['data', 'head', 'train.csv', '--rows', '2']],
  ['data convert', ['data', 'convert', 'train.csv', '-o', 'out.idx'], 'out.idx'],
  ['data convert to standard output', ['data', 'convert', 'train.csv', '-o', '-']],
  [
    'export --check',
    ['export', 'run1/model.onnx', '-o', 'out.onnx', '--precision', 'int8', '--check', 'train.csv'],
    'out.onnx',
  ],
])('%s takes a table from standard input, packed too', async (_, args, out) => {
  const json = args.at(-1) === '-' ? [] : ['--json']
  const expected = (await fine([...args, ...json])).stdout
  const written = out === undefined ? undefined : bytesOf(out)
  const words = args.map((word) => (word === 'train.csv' ? '-' : word))
  for (const input of [bytesOf('train.csv'), gzipSync(bytesOf('train.csv'))]) {
    const { stdout } = await fine([...words, ...json], { input })
    if (json.length) expect(object(stdout)).toEqual(object(expected))
    else expect(stdout).toBe(expected)
    if (out !== undefined) expect(bytesOf(out).equals(written!)).toBe(true)
  }
})

test('train takes its rows from standard input, and the same rows again to go on', async () => {
  const args = ['train', '-', '-o', 'piped', '--seed', '1', ...training]
  const env = interruptedAt('^ +2 ')
  const input = bytesOf('train.csv')
  const { code, stderr: said } = await pixelrow(args, { cwd, env, input })
  expect(code).toBe(130)
  expect(said).toMatch(/\nInterrupted; go on with:\n {2}node .* resume piped < train\.csv\n$/)
  const other = await pixelrow(['resume', 'piped'], { cwd, input: bytesOf('train.csv').subarray(0, -40) })
  expect(other.code).toBe(1)
  const asked = await pixelrow(['resume', 'piped'], { cwd, env: { ...atTerminal, NO_COLOR: '1' } })
  expect(asked.stderr).toMatch(
    /Error: - reads rows from standard input, and that is this terminal\nTry: node .* resume piped < train\.csv\n$/,
  )
  const { stderr } = await fine(['resume', 'piped'], { input })
  expect(stderr).toMatch(/\nReading standard input\n/)
  expect(bytesOf('piped/model.onnx').equals(bytesOf('run1/model.onnx'))).toBe(true)
  // There are no rows any more on which a smaller file could be checked.
  const small = await pixelrow(['export', 'piped', '-o', 'small.onnx', '--precision', 'int8'], { cwd, input })
  expect(small.stderr).toMatch(/^Error: int8 needs rows of pixels/)
})

test('rows whose shape is not clear are drawn from standard input too', async () => {
  const { labelled } = fakeTable({ ...fake, rows: 20, side: 16 })
  // 256 + 512 columns of noise are no picture of any one shape.
  const rows = labelled.trimEnd().split('\n')
  const wide = rows.map((line, row) =>
    row
      ? `${line}${`,${row % 17}`.repeat(512)}`
      : `${line}${Array.from({ length: 512 }, (_, i) => `,pixel${256 + i}`).join('')}`,
  )
  const input = Buffer.from(`${wide.join('\n')}\n`)
  writeFileSync(join(cwd, 'unclear.csv'), input)
  const named = await pixelrow(['data', 'describe', 'unclear.csv'], { cwd })
  const piped = await pixelrow(['data', 'describe', '-'], { cwd, input })
  expect(named.stderr).toMatch(/may be read in \d ways/)
  expect(piped).toEqual({ ...named, stderr: named.stderr.replaceAll('unclear.csv', 'standard input') })
})

test('check-submission takes the submission or its test table from standard input, submit a file alone', async () => {
  await fine(['predict', 'run1', 'test.csv', '-o', 's.csv'])
  const [submission, table] = [bytesOf('s.csv'), bytesOf('test.csv')]
  const other = ['--competition', 'letters']
  const checked = await fine(['check-submission', '-', '--test', 'test.csv', ...other], { input: submission })
  expect(checked.stdout).toBe('standard input: 100 rows, checked against test.csv\n')
  const tested = await fine(['check-submission', 's.csv', '--test', '-', ...other], { input: table })
  expect(tested.stdout).toBe('s.csv: 100 rows, checked against standard input\n')
  const wrong = await pixelrow(['check-submission', '-', '--test', 'test.csv', ...other], {
    cwd,
    input: `${submission}7,a\n`,
  })
  expect(wrong.stderr).toMatch(/Error: standard input row 102: /)
  const both = await pixelrow(['check-submission', '-', '--test', '-'], { cwd, input: submission })
  expect({ code: both.code, stderr: both.stderr }).toEqual({
    code: 2,
    stderr: 'Error: The submission and --test both want standard input\nTry: name a file for one of them\n',
  })
  const sent = await pixelrow(['submit', '-', '--yes'], { cwd, input: submission })
  expect({ code: sent.code, stderr: sent.stderr }).toEqual({
    code: 2,
    stderr: 'Error: submit uploads a file, not standard input\nTry: write it to a file first: -o submission.csv\n',
  })
})

test.each([
  ['train', '-', '-o', 'x'],
  ['eval', 'run1', '-'],
  ['predict', 'run1', '-', '-o', '-'],
  ['data', 'describe', '-'],
  ['data', 'head', '-'],
  ['data', 'convert', '-', '-o', 'x.csv'],
  ['check-submission', '-', '--test', 'test.csv'],
])('%s … does not wait for somebody to type a table', async (...args) => {
  const { code, stderr } = await pixelrow(args, { cwd, env: { ...atTerminal, NO_COLOR: '1' } })
  expect(code).toBe(2)
  expect(stderr).toMatch(/Error: - reads rows from standard input, and that is this terminal\nTry: .* < \w+\.csv\n$/)
})
