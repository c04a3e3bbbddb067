import { augment, type PixelTable } from '@pixelrow/data'
import { type Architecture, cnn, mlp } from '@pixelrow/model'
import { fit, type LoweringDevice, lower, predict, sgd, type TrainError, trainingGraph } from '@pixelrow/train'
import { expect, test } from 'vitest'
import { digitShape, firstDigits } from './digits.ts'
import { runLowered } from './lowered.ts'

const classes = Array.from({ length: 10 }, (_, digit) => String(digit))
const bytes: PixelTable = { ...firstDigits(600), rows: 600, shape: digitShape, maxValue: 255, classes }
const [mean, std] = [0.1307, 0.3081]
const standardised = ({ pixels }: PixelTable) => Float32Array.from(pixels, (pixel) => (pixel / 255 - mean) / std)
const floats: PixelTable = { ...bytes, pixels: standardised(bytes), maxValue: 1 }

/** The same net for bytes, which it standardises itself, and for floats that are standardised already. */
const both = (make: (table: PixelTable) => Architecture): [ofBytes: Architecture, ofFloats: Architecture] => {
  const ofBytes = make(bytes)
  return [{ ...ofBytes, input: { ...ofBytes.input, mean: [mean], std: [std] } }, make(floats)]
}
// Its first layer takes the images as the host has sorted them.
const convolutions = (table: PixelTable) => cnn(table, { filters: [16, 16] })
const perceptron = (table: PixelTable) => mlp(table, { hidden: [20] })

test.each([
  ['mlp', perceptron],
  ['cnn', convolutions],
])('%s on floats trains like one on bytes that makes the same numbers of them itself', async (_, make) => {
  const [ofBytes, ofFloats] = both(make)
  expect(ofFloats.input).toEqual({ shape: digitShape, maxValue: 1, dataType: 'float32' })
  const options = { epochs: 2, batchSize: 50, learningRate: 0.05, validation: 0.25, seed: 3 }
  const one = await fit(ofBytes, bytes, options)
  const other = await fit(ofFloats, floats, options)
  for (const [epoch, { trainLoss, validationLoss }] of one.history.entries()) {
    expect(other.history[epoch]!.trainLoss).toBeCloseTo(trainLoss, 3)
    expect(other.history[epoch]!.validationLoss).toBeCloseTo(validationLoss!, 3)
  }
  const answers = await predict(one.model, bytes.pixels)
  const same = await predict(other.model, floats.pixels)
  const largest = answers.probabilities.reduce((most, p, i) => Math.max(most, Math.abs(p - same.probabilities[i]!)), 0)
  expect(largest).toBeLessThan(5e-3)
})

test.each<LoweringDevice>(['cpu', 'cuda', 'webgpu'])('a step on floats is lowered for %s', async (device) => {
  const [ofBytes, ofFloats] = both(convolutions)
  const run = async (net: Architecture, { pixels }: PixelTable) => {
    const { graph } = trainingGraph(net, sgd(), 16)
    const state = Object.fromEntries(
      graph.state.map(({ name, dims }) => {
        const length = dims.reduce((a, b) => a * b, 1)
        return [name, Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898) * 0.1)]
      }),
    )
    const given = { labels: bytes.labels!.subarray(0, 16), scalars: { learning_rate: 0.1 } }
    return runLowered(lower(graph.step, { device }), state, { ...given, pixels: pixels.subarray(0, 16 * 784) })
  }
  const expected = await run(ofBytes, bytes)
  const found = await run(ofFloats, floats)
  expect(found.loss).toBeCloseTo(expected.loss, 4)
  for (const [name, values] of Object.entries(expected.state))
    values.forEach((value, i) => void expect(Math.abs(found.state[name]![i]! - value), name).toBeLessThan(1e-4))
})

test('floats are augmented as bytes are, but for rounding; what lies outside is the least of all unless it is given', async () => {
  const options = { seed: 5, shift: 2, rotation: 10, elastic: 1, rows: Array.from({ length: 600 }, (_, row) => row) }
  const moved = augment(bytes.pixels, digitShape, options)
  const asFloats = augment(Float32Array.from(bytes.pixels), digitShape, options)
  expect(asFloats).toBeInstanceOf(Float32Array)
  asFloats.forEach((value, i) => void expect(Math.abs(value - moved[i]!)).toBeLessThan(0.51))
  const black = augment(
    Float32Array.from({ length: 784 }, () => 1),
    digitShape,
    { shift: 28, background: -0.5 },
  )
  expect(Math.min(...black)).toBe(-0.5)

  const training = { epochs: 1, batchSize: 50, learningRate: 0.05, seed: 3 }
  const losses = async (background: object) =>
    (await fit(perceptron(floats), floats, { ...training, augment: { shift: 2, ...background } })).history[0]!.trainLoss
  const least = standardised(bytes).reduce((a, b) => Math.min(a, b), 0)
  expect(await losses({})).toBe(await losses({ background: least }))
  expect(await losses({})).not.toBe(await losses({ background: 0 }))
})

test('tables and pixels of another kind than the net’s are refused', async () => {
  const refused = async (work: Promise<unknown>) => (await work.catch((error: unknown) => error)) as TrainError
  const [ofBytes, ofFloats] = both(perceptron)
  expect(await refused(fit(ofBytes, floats))).toMatchObject({
    code: 'TRAIN_IMAGES_OTHER',
    message: 'The table holds 32-bit floats, the architecture takes bytes.',
  })
  expect((await refused(fit(ofFloats, bytes))).message).toBe(
    'The table holds bytes, the architecture takes 32-bit floats.',
  )
  const { model } = await fit(ofFloats, floats, { steps: 1 })
  expect((await refused(predict(model, bytes.pixels))).message).toMatch(/expected a Float32Array/)
  const broken = { ...floats, pixels: floats.pixels.map((value, i) => (i === 784 ? Number.NaN : value)) }
  expect((await refused(fit(ofFloats, broken))).message).toMatch(
    /pixels of row 1 \(from 0\): expected finite numbers, found NaN/,
  )
})
