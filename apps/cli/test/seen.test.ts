import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { random, wilsonInterval } from '@pixelrow/data'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fakeTable, interrupted, pixelrow, workFolder, writeData } from './helpers.ts'

const classes = ['ant', 'bee', 'wasp']
const rows = 200

/** A folder in which a training of each kind has been done. */
let base = ''
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'pixelrow-seen-'))
  writeData(base, { rows, classes })
  writeFileSync(join(base, 'new.csv'), fakeTable({ rows: 60, classes, seed: 9 }).labelled)
  for (const [out, ...flags] of [
    ['fast', '--epochs', '2'],
    ['linear', '--recipe', 'linear', '--epochs', '2'],
    ['ensemble', '--recipe', 'mlp', '--members', '2', '--epochs', '1'],
    ['m1', '--recipe', 'mlp', '--member', '1', '--epochs', '1'],
    ['m2', '--recipe', 'mlp', '--member', '2', '--epochs', '1', '--seed', '5'],
  ]) {
    const done = await pixelrow(['train', 'train.csv', '-o', out!, '--threads', '1', ...flags], { cwd: base })
    expect(done.code, done.stderr).toBe(0)
  }
}, 120_000)
afterAll(() => rmSync(base, { recursive: true, force: true }))

async function evaluated(model: string, table: string, cwd = base) {
  const done = await pixelrow(['eval', model, table, '--json', '-q'], { cwd })
  expect(done.code, done.stdout).toBe(0)
  return JSON.parse(done.stdout)
}

/** How many rows a part of `seen` has. */
const counts = ({ known, trained, validated, others }: Record<string, { rows: number } | undefined>) =>
  known ? [trained?.rows ?? 0, validated?.rows ?? 0, others?.rows ?? 0] : known

test.each([
  ['fast', [190, 10, 0]],
  ['linear', [200, 0, 0]],
  ['ensemble', [180, 20, 0]],
  ['m1', [180, 20, 0]],
])('eval says how many of the training rows a model of %s has met, and none of others', async (name, expected) => {
  const model = `${name}/model.onnx`
  expect(counts((await evaluated(model, 'train.csv')).seen)).toEqual(expected)
  expect(counts((await evaluated(model, 'new.csv')).seen)).toEqual([0, 0, 60])
})

test('what a model has met is told apart in words, each with its accuracy', async () => {
  const text = (name: string) => readFileSync(join(base, name), 'utf8').trimEnd().split('\n')
  const [header, ...train] = text('train.csv')
  const [, ...fresh] = text('new.csv')
  const mixed = [header, ...train.slice(0, 50), ...fresh, ''].join('\n')
  writeFileSync(join(base, 'mixed.csv'), mixed)
  const { seen, right, accuracy } = await evaluated('fast/model.onnx', 'mixed.csv')
  const parts = [seen.trained, seen.validated, seen.others].filter(Boolean)
  expect(parts.reduce((sum, part) => sum + part.rows, 0)).toBe(110)
  expect(parts.reduce((sum, part) => sum + part.right, 0)).toBe(right)
  expect(accuracy).toBe(right / 110)
  for (const part of parts) {
    expect(part.accuracy).toBe(part.right / part.rows)
    expect(part.interval).toEqual(wilsonInterval(part.right, part.rows))
  }
  const shown = await pixelrow(['eval', 'fast/model.onnx', 'mixed.csv'], { cwd: base })
  const share = (part: { accuracy: number }) => part.accuracy.toFixed(4).replace('.', '\\.')
  expect(shown.stdout).toMatch(
    new RegExp(
      `^${share({ accuracy })} \\(0\\.\\d{4} to [01]\\.\\d{4}\\) on 110 rows.*\n` +
        `Trained on ${seen.trained.rows} of them: ${share(seen.trained)} \\(.*\n` +
        `Validated on ${seen.validated.rows} of them: ${share(seen.validated)} \\(.*few rows, so this says little\n` +
        `On the other 60: ${share(seen.others)} \\(.*\n\nclass `,
    ),
  )
  const all = await pixelrow(['eval', 'linear/model.onnx', 'train.csv'], { cwd: base })
  expect(all.stdout).toContain('\nTrained on 200 of them: ')
  expect(all.stdout).toContain('\nNone is left that the model has not met in its training\n')
  const none = await pixelrow(['eval', 'fast/model.onnx', 'new.csv'], { cwd: base })
  expect(none.stderr).toContain('None of them was in its training, by the row numbers in fast/model.rows.bin\n')
  expect(none.stdout).not.toContain('Trained on')
})

test('equal pictures are equal whatever file they come from', async () => {
  const text = readFileSync(join(base, 'train.csv'), 'utf8')
  writeFileSync(join(base, 'other.csv'), text.replaceAll(/^(ant|bee|wasp),/gm, '" $1 ", ').replaceAll('\n', '\r\n'))
  expect(counts((await evaluated('linear/model.onnx', 'other.csv')).seen)).toEqual([200, 0, 0])
})

test('what merge and export make of models has met what they have', async () => {
  const merge = ['merge', 'm1/model.onnx', 'm2/model.onnx', '-o', 'merged.onnx']
  expect(await pixelrow(merge, { cwd: base })).toMatchObject({ code: 0, stderr: '' })
  // Seeds differ, and so do the rows that were kept: what either was trained on counts.
  const [trained = 0, validated = 0, others] = counts((await evaluated('merged.onnx', 'train.csv')).seen) as number[]
  expect([trained + validated, others]).toEqual([200, 0])
  expect(trained).toBeGreaterThan(180)
  for (const source of ['fast', 'fast/model.onnx']) {
    const half = ['export', source, '-o', 'half.onnx', '--precision', 'float16', '--max-loss', '1']
    expect((await pixelrow(half, { cwd: base })).code).toBe(0)
    expect(counts((await evaluated('half.onnx', 'train.csv')).seen)).toEqual([190, 10, 0])
  }
  cpSync(join(base, 'm1/model.onnx'), join(base, 'alone.onnx'))
  const without = await pixelrow(['merge', 'm2/model.onnx', 'alone.onnx', '-o', 'some.onnx'], { cwd: base })
  expect(without).toMatchObject({
    code: 0,
    stderr: 'Which rows some.onnx was trained on is not passed on: there is no alone.rows.bin\n',
  })
})

test('a training that was resumed has met the same rows', async () => {
  const cwd = workFolder()
  writeData(cwd, { rows, classes })
  const words = ['train', 'train.csv', '--recipe', 'mlp', '--epochs', '60', '--threads', '1', '-o']
  expect((await pixelrow([...words, 'whole'], { cwd })).code).toBe(0)
  expect((await interrupted([...words, 'cut'], cwd, '^ +1 ')).code).toBe(130)
  expect((await pixelrow(['resume', 'cut', '-q'], { cwd })).code).toBe(0)
  const [whole, cut] = ['whole', 'cut'].map((folder) => readFileSync(join(cwd, folder, 'model.rows.bin')))
  expect(cut!.equals(whole!)).toBe(true)
})

test.each<[string, (cwd: string) => void, string]>([
  ['no file', (cwd) => rmSync(join(cwd, 'model.rows.bin')), 'there is no model.rows.bin'],
  [
    'the file of another model',
    (cwd) => cpSync(join(base, 'linear/model.rows.bin'), join(cwd, 'model.rows.bin')),
    'model.rows.bin belongs to another model',
  ],
  [
    'a file that is cut',
    (cwd) => {
      const bytes = readFileSync(join(cwd, 'model.rows.bin'))
      writeFileSync(join(cwd, 'model.rows.bin'), bytes.subarray(0, bytes.length - 4))
    },
    'model.rows.bin is damaged',
  ],
  ['a file that is none', (cwd) => writeFileSync(join(cwd, 'model.rows.bin'), 'x'), 'model.rows.bin is damaged'],
  [
    'a file of a version that numbers rows otherwise',
    (cwd) => {
      const text = readFileSync(join(cwd, 'model.rows.bin'), 'latin1')
      writeFileSync(join(cwd, 'model.rows.bin'), text.replace(/"probe":\[\d/, '"probe":[9'), 'latin1')
    },
    'model.rows.bin was written by another version',
  ],
])('with %s nothing is claimed, and it is said why', async (_, change, reason) => {
  const cwd = workFolder()
  for (const name of ['model.onnx', 'model.rows.bin']) cpSync(join(base, 'fast', name), join(cwd, name))
  cpSync(join(base, 'train.csv'), join(cwd, 'train.csv'))
  change(cwd)
  const { code, stdout, stderr } = await pixelrow(['eval', 'model.onnx', 'train.csv'], { cwd })
  expect(code).toBe(0)
  expect(stderr).toContain(`Whether the model was trained on any of them is not known: ${reason}\n`)
  expect(stdout).not.toMatch(/Trained on|None/)
  expect((await evaluated('model.onnx', 'train.csv', cwd)).seen).toEqual({ known: false, reason })
})

/** Noise of `side × side`, row after row of one generator, so that other rows are other pictures. */
function noiseTable(side: number, count: number, from: number): string {
  const noise = random(1, 1020)
  const names = Array.from({ length: side * side }, (_, pixel) => `pixel${pixel}`)
  const lines = Array.from({ length: count }, (_, row) => {
    const pixels = names.map((_, pixel) => noise.below(from + row, pixel, 256))
    return `${row % 2},${pixels.join(',')}\n`
  })
  return `label,${names.join(',')}\n${lines.join('')}`
}

test.each([
  ['32 bits a row', 4, 3000, 50_000],
  ['53 bits a row, beyond 400,000 of them', 3, 400_001, 20_000],
])('at most one new row in 10,000 is taken for a known one: %s', async (_, side, count, fresh) => {
  const cwd = workFolder()
  const train = noiseTable(side, count, 0)
  writeFileSync(join(cwd, 'train.csv'), train)
  const known = train.slice(0, train.indexOf('\n', 2000) + 1)
  writeFileSync(join(cwd, 'both.csv'), known + noiseTable(side, fresh, count).replace(/^.*\n/, ''))
  const words = ['train', 'train.csv', '-o', 'm', '--recipe', 'linear', '--steps', '1', '--validation', '0', '-q']
  // From noise there is nothing to learn.
  expect((await pixelrow(words, { cwd })).code).toBe(4)
  const [trained = 0, validated, others] = counts((await evaluated('m/model.onnx', 'both.csv', cwd)).seen) as number[]
  const mistaken = trained - (known.split('\n').length - 2)
  expect(mistaken).toBeGreaterThanOrEqual(0)
  expect(mistaken).toBeLessThanOrEqual(fresh / 10_000)
  expect([validated, others]).toEqual([0, fresh - mistaken])
})
