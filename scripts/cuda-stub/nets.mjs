// @ts-check
// The nets that are run on the stub: what the recipes train, each on a table of 28×28 digits' shape with the numbers of Kaggle's.
import { initialize } from '@pixelrow/model'
import { recipes, trainingGraph } from '@pixelrow/train'

const rows = 42_000
const shape = { height: 28, width: 28, channels: 1, channelOrder: /** @type {const} */ ('interleaved') }
const table = {
  pixels: new Uint8Array(rows * 784),
  labels: Uint16Array.from({ length: rows }, (_, row) => row % 10),
  rows,
  shape,
  maxValue: 255,
  classes: [...'0123456789'],
}

/** What `compile` takes to train a recipe's net on the device `cuda`, and a chunk of so many steps. @param {string} name */
export function training(name) {
  const recipe = recipes[name]
  if (!recipe) throw new Error(`there is no recipe ${name}`)
  const { architecture, options } = recipe.prepare(table, { augment: 'none' })
  const { batchSize, optimizer, labelSmoothing = 0 } = options
  const { graph } = trainingGraph(architecture, optimizer, batchSize, { labelSmoothing })
  const weights = initialize(architecture, () => 0.5)
  const sized = (/** @type {number[]} */ dims) => new Float32Array(dims.reduce((size, dim) => size * dim, 1))
  const state = Object.fromEntries(graph.state.map(({ name, dims }) => [name, weights[name]?.data ?? sized(dims)]))
  const { pixels, labels } = table
  const chunk = (/** @type {number} */ first, /** @type {number} */ steps) => ({
    rows: Uint32Array.from({ length: steps * batchSize }, (_, i) => (first * batchSize + i) % rows),
    first,
    epoch: 1,
    scalars: Object.fromEntries(graph.scalars.map((scalar) => [scalar, new Float32Array(steps).fill(0.5)])),
  })
  return { graph, chunk, options: { device: 'cuda', threads: 1, seed: 1, pixels, labels, state } }
}
