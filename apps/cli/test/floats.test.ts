import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { csvText, type PixelTable, readTable } from '@pixelrow/data'
import { fromOnnx, merge, shiftImages, shiftsOf, toOnnx, verify } from '@pixelrow/export'
import { type ClassifierError, load, open } from '@pixelrow/infer-node'
import { predict } from '@pixelrow/train'
import { expect, test } from 'vitest'
import { fakeTable, pixelrow, workFolder } from './helpers.ts'

const quick = ['--recipe', 'mlp', '--epochs', '3', '--threads', '1']

async function fine(cwd: string, args: string[]) {
  const done = await pixelrow(args, { cwd })
  expect(done.code, done.stderr).toBe(0)
  return done
}

/** A table of bytes as CSV, and standardised; the labelled rows that measure a model, and those that are predicted. */
async function written(cwd: string): Promise<PixelTable> {
  const csv = (name: string, table: PixelTable) => writeFileSync(join(cwd, name), [...csvText(table)].join(''))
  let standardised: PixelTable | undefined
  for (const [seed, part] of ['test', 'train'].entries()) {
    const path = join(cwd, `${part}-bytes.csv`)
    writeFileSync(path, fakeTable({ rows: 90, classes: ['0', '1', '2'], maxValue: 255, seed }).labelled)
    const table = await readTable(path)
    const pixels = Float32Array.from(table.pixels, (pixel) => (pixel / 255 - 0.2) / 0.3)
    standardised = { ...table, pixels, maxValue: 1 }
    csv(`${part}.csv`, standardised)
    const { labels: _, classes: __, ...unlabelled } = standardised
    csv(`${part}-unlabelled.csv`, unlabelled)
  }
  return standardised!
}

test('a table of floats goes all the way: trained on, exported, measured, predicted, made smaller, read again as the run did', async () => {
  const cwd = workFolder()
  const train = await written(cwd)
  const trained = await fine(cwd, ['train', 'train.csv', '-o', 'run', ...quick])
  expect(trained.stderr).toContain(
    'train.csv: values kept as float32: the first row holds fractions or negative numbers',
  )
  expect(trained.stderr).toContain('it agrees with the trained weights')
  const measured = await fine(cwd, ['eval', 'run', 'test.csv', '--json', '--quiet'])
  const { accuracy } = JSON.parse(measured.stdout)
  await fine(cwd, ['predict', 'run', 'test-unlabelled.csv', '-o', 'answers.csv', '--quiet'])
  const answers = readFileSync(join(cwd, 'answers.csv'), 'utf8').trim().split('\n').slice(1)
  const { labels, classes } = await readTable(join(cwd, 'test.csv'))
  const right = answers.filter((line, row) => line === `${row + 1},${classes![labels![row]!]}`).length
  expect(right / answers.length).toBeCloseTo(accuracy, 3)

  const smaller = await fine(cwd, ['export', 'run', '-o', 'half.onnx', '--precision', 'float16'])
  expect(smaller.stdout).toContain('on 90 rows of train.csv')

  const bytes = readFileSync(join(cwd, 'run/model.onnx'))
  const model = fromOnnx(bytes)
  const expected = await predict(model, train.pixels)
  const classifier = await load(bytes, { device: 'cpu' })
  expect([classifier.dataType, classifier.maxValue]).toEqual(['float32', 1])
  const found = await classifier.predict(train.pixels as Float32Array)
  expect(found.labels).toEqual(expected.labels)
  const size = train.pixels.length / train.rows
  // A view that begins in the middle of its memory.
  const one = await classifier.classify(train.pixels.subarray(3 * size, 4 * size))
  expect(one.index).toBe(expected.labels[3])
  const refused = async (work: Promise<unknown>) => (await work.catch((error: unknown) => error)) as ClassifierError
  expect((await refused(classifier.classify(new Uint8Array(size)))).message).toBe(
    'pixels: expected a Float32Array of raw pixel values, found Uint8Array. The model was trained on a table of floats, whatever their scale was',
  )
  expect((await refused(classifier.classify(new Float32Array(size - 1)))).code).toBe('CLASSIFIER_PIXELS_SIZE')
  expect((await refused(classifier.classify('a.png'))).code).toBe('CLASSIFIER_PREPARE_UNSUITABLE')
  expect((await refused(classifier.classify(new Float32Array(size).fill(Number.NaN)))).message).toMatch(/gives NaN/)
  await classifier.close()

  // Members of which each answers to shifted copies too, as the exporter's own copies say.
  const members = [model, model]
  const merged = merge(members, { shift: 1 })
  const copies = await Promise.all(
    shiftsOf(1).map(async (move) => (await predict(model, shiftImages(train.pixels, train.shape, move))).probabilities),
  )
  const mean = Float32Array.from(expected.probabilities, (_, i) => copies.reduce((sum, copy) => sum + copy[i]!, 0) / 5)
  const agreed = await verify(
    merged,
    { pixels: train.pixels, probabilities: mean },
    { run: (file) => open(file, { device: 'cpu' }) },
  )
  expect(agreed).toMatchObject({ changed: [] })
  expect(agreed.maxDifference).toBeLessThan(1e-5)
  expect(toOnnx(fromOnnx(toOnnx(model)))).toEqual(toOnnx(model))
})

test('what floats and bytes do not do for each other is refused, and what is printed helps', async () => {
  const cwd = workFolder()
  await written(cwd)
  await fine(cwd, ['train', 'train-bytes.csv', '-o', 'run', ...quick])
  const floats = await pixelrow(['eval', 'run', 'test.csv'], { cwd })
  expect(floats.code).toBe(1)
  expect(floats.stderr).toMatch(
    /Error: test\.csv row 2, column pixel0: expected a whole number 0\.\.255, found '-?\d.*'\.\nFix: (Correct this one: the model was trained on whole numbers|If the values are fractions)/,
  )
  const idx = await pixelrow(['data', 'convert', 'train.csv', '-o', 'train.idx'], { cwd })
  expect(idx.stderr).toContain(
    'Error: train.idx: IDX holds bytes, and these values are floats\nFix: write CSV: -o table.csv\n',
  )
  const again = await fine(cwd, ['data', 'convert', 'train.csv', '-o', 'table.csv'])
  expect(again.stderr).not.toContain('To read it again')
  expect(readFileSync(join(cwd, 'table.csv'))).toEqual(readFileSync(join(cwd, 'train.csv')))

  const rows = readFileSync(join(cwd, 'train.csv'), 'utf8').split('\n')
  writeFileSync(
    join(cwd, 'mixed.csv'),
    [rows[0], rows[1]!.replace(/,[^,]*/g, ',0'), rows[2]!.replace(/,[^,]*/, ',-0.5'), ...rows.slice(3)].join('\n'),
  )
  const mixed = await pixelrow(['train', 'mixed.csv', '-o', 'mixed', ...quick], { cwd })
  expect(mixed.stderr).toMatch(
    /row 3, .*\nFix: If such values are meant, add --data-type float32; else correct this one\.\n/,
  )
  await fine(cwd, ['train', 'mixed.csv', '-o', 'mixed', ...quick, '--data-type', 'float32'])
})
