import { classWeights, type PixelTable, selectRows } from '@pixelrow/data'
import { linear, mlp } from '@pixelrow/model'
import { createLearner, fit, predict } from '@pixelrow/train'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bits, quarters } from './quarters.ts'

const table = quarters(400)
const options = { epochs: 4, batchSize: 16, learningRate: 0.5, seed: 3 }

/** The same rows with the classes in another order, or some of them left out with their rows. */
function reordered(source: PixelTable, classes: string[]): PixelTable {
  const texts = Array.from(source.labels!, (label) => source.classes![label]!)
  const rows = texts.flatMap((text, row) => (classes.includes(text) ? [row] : []))
  const labels = Uint16Array.from(rows, (row) => classes.indexOf(texts[row]!))
  return { ...selectRows(source, rows), labels, classes }
}

test('a validation table meets the other by the texts of its classes, in any order and with classes left out', async () => {
  const orders = fc.uniqueArray(fc.constantFrom('nw', 'ne', 'sw', 'se'), { minLength: 1, maxLength: 4 })
  const { model } = await fit(linear(table), table, options)
  await fc.assert(
    fc.asyncProperty(orders, async (classes) => {
      const validation = reordered(quarters(80), classes)
      const { history } = await fit(linear(table), table, { ...options, validation })
      const { labels } = await predict(model, validation.pixels)
      const right = labels.filter(
        (label, row) => model.classes[label] === validation.classes![validation.labels![row]!],
      ).length
      expect(history.at(-1)!.accuracy).toBe(right / validation.rows)
      expect(history.at(-1)!.accuracy).toBe(1)
    }),
    { numRuns: 6 },
  )
})

test('keepBest and targetAccuracy act on what is true', async () => {
  const ordered = { ...options, epochs: 30, targetAccuracy: 0.99, keepBest: true, learningRate: 0.05 }
  const validation = quarters(80)
  const same = await fit(linear(table), table, { ...ordered, validation })
  const other = await fit(linear(table), table, {
    ...ordered,
    validation: reordered(validation, ['se', 'sw', 'ne', 'nw']),
  })
  expect(same.history.length).toBeLessThan(30)
  expect(bits(other.model.weights)).toEqual(bits(same.model.weights))
  expect(other.stopped).toBe('targetAccuracy')
})

test('a validation class that was not trained on is refused by its name, with the row', async () => {
  const train = reordered(table, ['nw', 'ne', 'sw'])
  const error = {
    name: 'TrainError',
    code: 'TRAIN_CLASS_UNKNOWN',
    params: { subject: 'The validation table', row: 3, found: 'se', expected: ['nw', 'ne', 'sw'] },
    message:
      "The validation table, row 3 (the first is 0): the class 'se' is not among those to train on, nw, ne, sw. Read both tables with the same classes.",
  }
  await expect(fit(linear(train), train, { validation: table })).rejects.toMatchObject(error)
  const learner = createLearner(linear(train), train)
  await expect(learner.fit(1, { validation: table })).rejects.toMatchObject(error)
  // A class that is listed and has no rows is no matter.
  const listed = { ...reordered(quarters(80), ['nw', 'ne', 'sw']), classes: ['nw', 'ne', 'sw', 'se'] }
  expect((await fit(linear(train), train, { ...options, validation: listed })).history.at(-1)!.accuracy).toBe(1)
})

test('classWeights of a table are what fit takes; what has no rows weighs nothing', async () => {
  const scarce = selectRows(
    table,
    Array.from({ length: 400 }, (_, row) => row).filter((row) => table.labels![row] !== 3 && (row % 4 > 0 || row < 80)),
  )
  const weights = classWeights(scarce)
  expect(weights[3]).toBe(0)
  expect(weights[0]).toBeGreaterThan(weights[1]!)
  const typed = await fit(mlp(scarce), scarce, { ...options, classWeights: weights })
  const plain = await fit(mlp(scarce), scarce, { ...options, classWeights: [...weights] })
  expect(bits(typed.model.weights)).toEqual(bits(plain.model.weights))
  const { model } = await fit(mlp(scarce), scarce, options)
  expect(bits(model.weights)).not.toEqual(bits(typed.model.weights))
  await expect(fit(mlp(table), table, { ...options, classWeights: weights })).rejects.toThrow(
    /^fit: classWeights must be 4 numbers above 0, one for each class; 0 only for a class without rows; found 0 for the class 'se'\.$/,
  )
  await expect(fit(mlp(table), table, { ...options, classWeights: [1, 1, 1] })).rejects.toThrow(/found \[1,1,1\]\.$/)
})
