import type { PixelTable } from '@pixelrow/data'
import { linear, mlp } from '@pixelrow/model'
import { adam, type EpochRecord, fit, oneCycle, predict, recipes, sgd } from '@pixelrow/train'
import { expect, test } from 'vitest'
import { bits, quarters } from './quarters.ts'

const table = quarters(400)
const options = { epochs: 4, batchSize: 16, learningRate: 0.5, validation: 0.25, seed: 3 }
test('learns what can be learned and reports every epoch', async () => {
  const seen: EpochRecord[] = []
  const { model, history, engine, device } = await fit(mlp(table, { hidden: [8] }), table, {
    ...options,
    onEpoch: (r) => seen.push(r),
  })
  expect(seen).toEqual(history)
  expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4])
  expect(history.at(-1)!.accuracy).toBe(1)
  expect(history.at(-1)!.validationLoss).toBeLessThan(history[0]!.validationLoss!)
  expect([engine, device]).toEqual(['onnxruntime', 'cpu'])
  expect(model.classes).toEqual(['nw', 'ne', 'sw', 'se'])
  const { labels } = await predict(model, table.pixels)
  expect([...labels]).toEqual([...table.labels!])
})

test('the rule by which pictures were prepared goes with the model', async () => {
  const preparation = {
    size: [4, 4] as [number, number],
    resize: 'contain' as const,
    color: 'grey' as const,
    background: 0,
  }
  const { model } = await fit(linear(table), { ...table, preparation }, { epochs: 1 })
  expect(model.preparation).toEqual(preparation)
  expect('preparation' in (await fit(linear(table), table, { epochs: 1 })).model).toBe(false)
})

test('progress counts every step of every epoch and leaves the caller’s buffers alone', async () => {
  const steps: number[] = []
  await fit(linear(table), table, {
    epochs: 2,
    batchSize: 100,
    onProgress: ({ epoch, step }) => steps.push(epoch * 10 + step),
  })
  expect(steps.at(-1)).toBe(24)
  expect(steps).toContain(14)
  expect([...steps].sort((a, b) => a - b)).toEqual(steps)
  expect(table.pixels.length).toBe(6400)
})

test('the same seed gives the same bits, another seed others', async () => {
  const run = async (seed: number) =>
    bits((await fit(mlp(table), table, { ...options, seed, optimizer: adam(), learningRate: 0.01 })).model.weights)
  const [first, second, other] = [await run(3), await run(3), await run(4)]
  expect(second).toEqual(first)
  expect(other).not.toEqual(first)
})

test('two fits at once do not disturb each other', async () => {
  const run = async () => bits((await fit(mlp(table), table, options)).model.weights)
  const [alone] = [await run()]
  const [first, second] = await Promise.all([run(), run()])
  expect([first, second]).toEqual([alone, alone])
})

test('a diverging loss ends the training and says what to try', async () => {
  const training = fit(mlp(table), table, { ...options, learningRate: 1e30 })
  await expect(training).rejects.toThrow(
    /The loss is (NaN|Infinity) at step \d+: training diverged. Try a learning rate/,
  )
})

test('an abort ends the training at the next chunk with the signal’s reason', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const training = fit(mlp(table), table, {
    ...options,
    epochs: 10_000,
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  })
  await expect(training).rejects.toBe(reason)
  await expect(fit(mlp(table), table, { signal: controller.signal })).rejects.toBe(reason)
})

test.each([
  ['no labels', { ...table, labels: undefined }, {}, /The table has no labels. Is it the test file/],
  ['no rows', { ...quarters(0) }, {}, /no rows/],
  [
    'one class',
    { ...quarters(8), labels: new Uint16Array(8), classes: ['nw'] },
    {},
    /has 1 class; a classifier needs at least 2/,
  ],
  [
    'a label outside',
    { ...quarters(8), classes: ['nw', 'ne', 'sw'] },
    {},
    /labels of row 3 .*expected a label 0..2, found 3/,
  ],
  [
    'a batch too large',
    quarters(8),
    { batchSize: 9 },
    /batchSize is 9, the table has 8 rows to train on; pass 8 or less/,
  ],
  [
    'another device',
    table,
    { device: 'abacus' },
    /Device "abacus" cannot be used by engine onnxruntime: it has none of this name; choose: auto,.* ?cpu/,
  ],
  ['another engine', table, { engine: 'steam' }, /There is no engine "steam"; choose one of: auto, onnxruntime/],
  ['no epochs', table, { epochs: 0 }, /epochs must be a number above 0, e\.g\. 10 or 1\.5; found 0/],
  ['a wrong rate', table, { learningRate: -1 }, /learningRate must be a number above 0/],
  ['a large share', table, { validation: 0.9 }, /validation must be a share from 0 to 0.5/],
])('refused before training: %s', async (_, wrong, wrongOptions, message) => {
  await expect(fit(mlp(table), wrong as PixelTable, wrongOptions)).rejects.toThrow(message)
})

test('an architecture for other images or other classes is refused', async () => {
  const other = { ...table, shape: { ...table.shape, height: 2, width: 8 } }
  await expect(fit(mlp(other), table)).rejects.toThrow(/holds images of 4×4×1, the architecture takes 2×8×1/)
  await expect(fit(mlp({ ...table, classes: ['a', 'b'] }), table)).rejects.toThrow(/expected 4/)
  await expect(fit(mlp({ ...table, maxValue: 100 }), table)).rejects.toThrow(
    /values up to 255, the architecture takes 0 to 100/,
  )
})

test.each(['linear', 'mlp', 'fast'])('recipe %s fits a small table without tuning', async (name) => {
  const { architecture, options: plan } = recipes[name]!.prepare(table)
  const { history } = await fit(architecture, table, { ...plan, validation: 0.25 })
  expect(history.at(-1)!.accuracy).toBe(1)
})

test('schedules and optimisers check their options', () => {
  expect(() => sgd({ nesterov: true })).toThrow(/nesterov needs a momentum/)
  const schedule = oneCycle({ warmup: 0.5, start: 0.1, end: 0.01 })
  expect(schedule(0, 11)).toBeCloseTo(0.1, 12)
  expect(schedule(5, 11)).toBeCloseTo(1, 12)
  expect(schedule(10, 11)).toBeCloseTo(0.01, 12)
})
