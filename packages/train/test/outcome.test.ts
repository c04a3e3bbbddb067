import { type PixelTable, random, selectRows } from '@pixelrow/data'
import { linear, mlp } from '@pixelrow/model'
import { adam, type FitOptions, fit, recipes, sgd } from '@pixelrow/train'
import { expect, test } from 'vitest'
import { quarters } from './quarters.ts'

const table = quarters(800)
const options = { epochs: 4, batchSize: 16, learningRate: 0.1, seed: 3 }

/** The same pictures under labels that have nothing to do with them; with `skew`, most of them are of the first class. */
function mixed(source: PixelTable, { skew = 0 } = {}): PixelTable {
  const { below, uniform } = random(9, 1000)
  const labels = source.labels!.map((_, row) => (uniform(1, row) < skew ? 0 : below(0, row, 4)))
  return { ...source, labels }
}

/** All rows of one class, and a few of each other. */
function scarce(few: number): PixelTable {
  const seen = [0, 0, 0, 0]
  const rows = Array.from({ length: table.rows }, (_, row) => row).filter((row) => {
    const label = table.labels![row]!
    return label === 0 || seen[label]!++ < few
  })
  return selectRows(table, rows)
}

test('a training that learned says what it was measured on', async () => {
  const { outcome, history } = await fit(mlp(table), table, { ...options, validation: 0.25 })
  expect(outcome).toEqual({
    verdict: 'learned',
    loss: { first: expect.any(Number), last: expect.any(Number), chance: expect.closeTo(Math.log(4), 6) },
    measured: { on: 'validation', rows: 200, accuracy: history.at(-1)!.accuracy, mostFrequent: 0.25 },
  })
  expect(outcome.loss.first).toBeGreaterThan(1)
  expect(outcome.loss.last).toBeLessThan(0.2)
  const few = await fit(mlp(table), table, { ...options, validation: 0.1 })
  expect(few.outcome.measured).toMatchObject({ on: 'training', rows: 720, accuracy: 1 })
})

test.each<[string, FitOptions]>([
  ['sgd', {}],
  ['one epoch', { epochs: 1 }],
  ['few steps', { steps: 8 }],
  ['no validation', { validation: 0 }],
  ['the best epoch kept', { keepBest: true, epochs: 3 }],
])('a learning rate that is far too high is a training that diverged: %s', async (_, more) => {
  const { outcome } = await fit(mlp(table), table, { ...options, validation: 0.25, learningRate: 2000, ...more })
  expect(outcome.verdict).toBe('diverged')
  expect(outcome.loss.last).toBeGreaterThan(outcome.loss.first)
})

test.each<[string, PixelTable, FitOptions]>([
  ['a learning rate that is far too low', table, { learningRate: 1e-7 }],
  ['too few steps', table, { steps: 1, learningRate: 1e-4 }],
  ['labels by chance', mixed(table), { learningRate: 0.01, epochs: 1 }],
  ['labels by chance that are learnt by heart', mixed(table), { optimizer: adam(), learningRate: 0.01, epochs: 60 }],
  ['labels by chance, most of them of one class', mixed(table, { skew: 0.7 }), { learningRate: 0.01, epochs: 1 }],
])('a training that learned nothing is at chance: %s', async (_, source, more) => {
  const { outcome } = await fit(mlp(source), source, { ...options, validation: 0.25, ...more })
  const { accuracy, mostFrequent } = outcome.measured
  expect(outcome.verdict).toBe('chance')
  expect(accuracy - mostFrequent).toBeLessThan(0.1)
})

test('rare classes: a net that gives one answer only is at chance, one that tells them apart is not', async () => {
  const rare = scarce(10)
  expect(rare.rows).toBe(230)
  const chance = await fit(linear(rare), rare, { ...options, learningRate: 1e-5, epochs: 1 })
  const { mostFrequent } = chance.outcome.measured
  expect(mostFrequent).toBeCloseTo(200 / 230, 12)
  // It answers with whatever class its start favours, or with the frequent one; both are no better.
  expect(chance.outcome.verdict).toBe('chance')
  // Weights that raise the rare classes far above the frequent one: right less often than always saying that, and useful all the same.
  const weighted = await fit(linear(rare), rare, { ...options, epochs: 4, classWeights: [1, 40, 40, 40] })
  expect(weighted.outcome.verdict).toBe('learned')
  const learned = await fit(linear(rare), rare, { ...options, learningRate: 0.5, epochs: 40 })
  expect(learned.outcome).toMatchObject({ verdict: 'learned', measured: { accuracy: 1 } })
})

test('few rows are no evidence', async () => {
  for (const rows of [4, 6]) {
    const few = quarters(rows)
    const { outcome } = await fit(linear(few), few, { ...options, batchSize: 2, steps: 1, learningRate: 1e-7 })
    expect(outcome.verdict).toBe('learned')
  }
})

test('rows of one class alone tell nothing', async () => {
  const one = selectRows(
    table,
    Array.from({ length: 200 }, (_, i) => 4 * i),
  )
  const { outcome } = await fit(linear(one), one, { ...options, learningRate: 0.01 })
  expect(outcome).toMatchObject({ verdict: 'learned', measured: { accuracy: 1, mostFrequent: 1 } })
  expect(outcome.loss.chance).toBe(0)
})

test('going on from good weights is no rise of the loss', async () => {
  const { model } = await fit(mlp(table), table, { ...options, epochs: 20 })
  for (const learningRate of [1e-9, 0.1]) {
    const { outcome } = await fit(mlp(table), table, { ...options, weights: model.weights, learningRate, epochs: 1 })
    expect(outcome.verdict).toBe('learned')
  }
  const wrecked = await fit(mlp(table), table, { ...options, weights: model.weights, learningRate: 2000, epochs: 1 })
  expect(wrecked.outcome.verdict).toBe('diverged')
})

test.each(['linear', 'mlp', 'fast'])('%s never says so of tables that can be learnt, however small', async (name) => {
  const { validation } = recipes[name]!
  for (const rows of [8, 24, 200]) {
    const small = quarters(rows)
    const { architecture, options: plan } = recipes[name]!.prepare(small)
    const given = { ...plan, seed: 1, validation: Math.round(validation * rows) >= 4 ? validation : 0 }
    const { outcome } = await fit(architecture, small, given)
    expect({ rows, ...outcome }).toMatchObject({ verdict: 'learned' })
  }
})

test('a resumed training has the outcome of one in one go', async () => {
  const given = { ...options, optimizer: sgd({ momentum: 0.9 }), learningRate: 900, threads: 1 }
  const checkpoints: Uint8Array[] = []
  const whole = await fit(mlp(table), table, { ...given, onCheckpoint: (bytes) => checkpoints.push(bytes) })
  expect(whole.outcome.verdict).toBe('diverged')
  for (const resume of [checkpoints[0]!, checkpoints.at(-1)!]) {
    const resumed = await fit(mlp(table), table, { ...given, resume })
    expect(resumed.outcome).toEqual(whole.outcome)
  }
})

test('a loss that was weighted is not held against one that was not', async () => {
  // Almost all that is counted is the last class, which is then answered for nearly everything.
  const { outcome } = await fit(linear(table), table, { ...options, classWeights: [1, 1, 1, 2000], epochs: 2 })
  expect(outcome.loss.last).toBeGreaterThan(1.1 * outcome.loss.first)
  expect(outcome.verdict).not.toBe('diverged')
})

test('a last step that ruins the net is a training that diverged, though its losses fell', async () => {
  const schedule = (step: number, steps: number) => (step === steps - 1 ? 1e5 : 1)
  const losses: number[] = []
  const given = { ...options, schedule, onStep: ({ loss }: { loss: number }) => losses.push(loss) }
  const { outcome } = await fit(linear(table), table, { ...given, epochs: 1 })
  expect(losses.at(-1)).toBeLessThan(losses[0]!)
  expect(outcome.verdict).toBe('diverged')
})
