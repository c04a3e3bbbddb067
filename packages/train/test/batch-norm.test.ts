import type { PixelTable } from '@pixelrow/data'
import { type Architecture, type Layer, linear, outputShapes, resnet } from '@pixelrow/model'
import { fit, measurePace, recipes, sgd, trainingGraph } from '@pixelrow/train'
import { expect, test } from 'vitest'
import { quarters } from './quarters.ts'

const table = quarters(40)
const { input } = linear(table)
const net = (...layers: Layer[]): Architecture => ({ input, layers: [...layers, { type: 'dense', units: 4 }] })
const onVector = net({ type: 'flatten' }, { type: 'dense', units: 8 }, { type: 'batchNorm' })
const onPixel = net({ type: 'conv2d', filters: 3, kernelSize: 4 }, { type: 'batchNorm' }, { type: 'flatten' })
const inside = net(
  { type: 'conv2d', filters: 3, kernelSize: 4 },
  { type: 'residual', layers: [{ type: 'conv2d', filters: 3, kernelSize: 1 }, { type: 'batchNorm' }] },
  { type: 'flatten' },
)

test.each<[string, Architecture, string, string]>([
  ['a vector', onVector, '2', '1×8'],
  ['a picture of one pixel', onPixel, '1', '1×3×1×1'],
  ['one inside a residual layer', inside, '1.layers.1', '1×3×1×1'],
])('batch norm of %s, of a batch of one, is refused with the layer', async (_, architecture, layer, dims) => {
  const error = {
    name: 'TrainError',
    code: 'TRAIN_BATCH_NORM_ONE_VALUE',
    params: { layer, batchSize: 1 },
    message: `layer ${layer} (batchNorm) is given one value for each channel (${dims}), which has no variance to divide by. Take a batchSize of 2 or more.`,
  }
  await expect(fit(architecture, table, { batchSize: 1 })).rejects.toMatchObject(error)
  await expect(measurePace(architecture, table, { batchSize: 1 })).rejects.toMatchObject(error)
  expect(() => trainingGraph(architecture, sgd(), 1)).toThrow(error.message)
  await fit(architecture, table, { batchSize: 2, steps: 1 })
})

test('several pixels of one picture have a variance', async () => {
  const { history } = await fit(resnet(table, { filters: [4] }), table, { batchSize: 1, steps: 2, learningRate: 0.01 })
  expect(history).toHaveLength(1)
})

/** A table of a size, with pixels that nobody looks at. */
function blank(height: number, width: number, rows: number): PixelTable {
  const shape = { height, width, channels: 1, channelOrder: 'interleaved' as const }
  const labels = Uint16Array.from({ length: rows }, (_, row) => row % 2)
  return { pixels: new Uint8Array(rows * height * width), rows, labels, shape, maxValue: 255, classes: ['a', 'b'] }
}

test.each(Object.keys(recipes))('%s picks none for any table', (name) => {
  for (const side of [1, 2, 3, 4, 5, 8, 9, 13, 20, 28, 40, 64]) {
    for (const width of [side, 64]) {
      for (const rows of [1, 2, 3, 8, 9, 15, 16, 31, 1000]) {
        const source = blank(side, width, rows)
        const { architecture, options } = recipes[name]!.prepare(source)
        expect(options.batchSize).toBeLessThanOrEqual(rows)
        expect(() => trainingGraph(architecture, options.optimizer, options.batchSize)).not.toThrow()
        // A row is kept to validate on wherever there are two.
        if (rows > 2) expect(options.batchSize).toBeLessThan(rows)
        expect(outputShapes(architecture).at(-1)).toEqual([2])
      }
    }
  }
})

test('best trains on the smallest tables', async () => {
  for (const rows of [1, 2, 3, 9]) {
    const source = { ...blank(8, 8, rows), pixels: Uint8Array.from({ length: rows * 64 }, (_, i) => (i * 37) % 251) }
    const { architecture, options } = recipes.best.prepare(source)
    const { steps } = await fit(architecture, source, { ...options, steps: 1 })
    expect(steps).toBe(1)
  }
})
