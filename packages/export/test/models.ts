import { type Architecture, initialize, type Model } from '@pixelrow/model'
import { read, write } from '@pixelrow/onnx'
import fc from 'fast-check'
import { architectures, uniform } from '../../model/test/arbitrary.ts'

export { uniform }

/** A file with another weight than the model's, as a damaged or changed one has. */
export function withWeight(bytes: Uint8Array, name: string, change: (data: Float32Array) => void): Uint8Array {
  const model = read(bytes)
  const initializers = model.graph.initializers.map((tensor) => {
    if (tensor.name !== name) return tensor
    const data = Float32Array.from(tensor.data as Float32Array)
    change(data)
    return { ...tensor, data }
  })
  return write({ ...model, graph: { ...model.graph, initializers } })
}

/** Pixels of `rows` images in the model's range. */
export function pixelsFor({ architecture: { input } }: Model, rows: number, seed = 0): Uint8Array {
  const { height, width, channels } = input.shape
  const pixel = (_: unknown, index: number) => Math.floor(uniform(1000 + seed, index) * (input.maxValue + 1))
  return Uint8Array.from({ length: rows * height * width * channels }, pixel)
}

/** A model as if it had been trained: no weight or statistic at its start value. */
export function modelOf(architecture: Architecture, seed = 0): Model {
  const weights = initialize(architecture, (stream, index) => uniform(stream + 31 * seed, index))
  const last = `${architecture.layers.length - 1}.`
  Object.entries(weights).forEach(([name, tensor], stream) => {
    const random = (_: number, index: number) => uniform(stream + 31 * seed, index)
    const kind = name.split('.').at(-1)!
    const norm = name.replace(/\w+$/, 'runningMean') in weights
    // √3 keeps the variance from layer to layer; more at the end, or every class would be about as probable.
    if (!norm) tensor.data = tensor.data.map((value) => value * (name.startsWith(last) ? 4 : Math.sqrt(3)))
    else if (kind === 'runningMean' || kind === 'bias')
      tensor.data = tensor.data.map(random).map((value) => value - 0.5)
    else tensor.data = tensor.data.map(random).map((value) => value + 0.5)
  })
  const units = architecture.layers.at(-1)
  const classes = Array.from({ length: units?.type === 'dense' ? units.units : 0 }, (_, index) => `class ${index}`)
  return { architecture, weights, classes }
}

/** Models with weights: any small image shape and range, all kinds of layers. */
export const models: fc.Arbitrary<Model> = fc
  .tuple(architectures, fc.nat(1000))
  .map(([architecture, seed]) => modelOf(architecture, seed))
