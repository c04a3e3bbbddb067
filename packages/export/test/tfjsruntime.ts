import '@tensorflow/tfjs-backend-cpu'
import type { TfjsSource, TfjsToOnnxOptions } from '@pixelrow/export/tfjs'
import { tfjsToOnnx } from '@pixelrow/export/tfjs'
import { read } from '@pixelrow/onnx'
import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { uniform } from './models.ts'
import { session } from './runtime.ts'

const { Tensor } = await import('onnxruntime-node')

export { layers, tf }

/** Numbers of a tensor and its shape, as both runtimes give them. */
export interface Numbers {
  dims: number[]
  data: number[]
}

/** What goes into a model, by name. */
export type Feeds = Record<string, { dims: number[]; data: Float32Array | Int32Array | Uint8Array }>

/** Numbers between -1 and 1 that depend on the seed alone. */
export function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, at) => 2 * uniform(seed, at) - 1)
}

export const sizeOf = (dims: readonly number[]) => dims.reduce((product, dim) => product * dim, 1)

/** Inputs for a model whose shapes without the batch are these. */
export function feedsFor(inputs: Record<string, readonly number[]>, batch: number, seed = 1): Feeds {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, shape], at) => {
      const dims = [batch, ...shape]
      return [name, { dims, data: numbers(sizeOf(dims), 100 * seed + at) }]
    }),
  )
}

/** Weights as if a model had been trained: none at its start value, variances positive. */
export function trained(model: layers.LayersModel, seed = 1): layers.LayersModel {
  const weights = model.weights.map((weight, at) => {
    const { name } = weight as unknown as { name: string }
    const dims = weight.shape as number[]
    const positive = /variance/.test(name)
    const fan = dims.length > 1 ? sizeOf(dims.slice(0, -1)) : 1
    const values = numbers(sizeOf(dims), 7 * seed + at).map((value) =>
      positive ? 1 + 0.5 * value : (/gamma/.test(name) ? 1 : 0) + value * Math.sqrt(3 / fan),
    )
    return tf.tensor(values, dims)
  })
  if (weights.length) model.setWeights(weights)
  return model
}

/** Runs an ONNX file; gives all outputs by name. */
export async function runOnnx(bytes: Uint8Array, feeds: Feeds): Promise<Record<string, Numbers>> {
  const loaded = await session(bytes)
  const types = { Float32Array: 'float32', Int32Array: 'int32', Uint8Array: 'uint8' } as const
  const tensors = Object.entries(feeds).map(([name, { dims, data }]) => {
    const type = types[data.constructor.name as keyof typeof types]
    return [name, new Tensor(type, data as Float32Array, dims)] as const
  })
  const results = await loaded.run(Object.fromEntries(tensors))
  await loaded.release()
  const entries = Object.entries(results).map(([name, { dims, data }]): [string, Numbers] => [
    name,
    { dims: [...dims], data: Array.from(data as Float32Array, Number) },
  ])
  return Object.fromEntries(entries)
}

/** What tfjs predicts, output by output. */
export function predict(model: { predict(x: never): unknown }, feeds: Feeds): Numbers[] {
  return tf.tidy(() => {
    const tensors = Object.values(feeds).map(({ dims, data }) =>
      tf.tensor(data, dims, data instanceof Float32Array ? 'float32' : 'int32'),
    )
    const result = model.predict((tensors.length === 1 ? tensors[0] : tensors) as never) as tf.Tensor | tf.Tensor[]
    return [result].flat().map((each) => ({ dims: each.shape, data: Array.from(each.dataSync()) }))
  })
}

/** Largest difference relative to the largest number of the expected ones. */
export function difference(expected: Numbers, found: Numbers): number {
  if (expected.dims.join() !== found.dims.join()) throw new Error(`expected [${expected.dims}], found [${found.dims}]`)
  const scale = Math.max(1e-30, ...expected.data.map(Math.abs))
  const differences = expected.data.map((value, at) => Math.abs(value - found.data[at]!))
  return differences.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(0, ...differences) / scale
}

/** Converts a model, runs both, and gives the largest relative difference and the file. */
export async function compare(
  model: Parameters<typeof predict>[0] & { save: unknown },
  feeds: Feeds,
  options?: TfjsToOnnxOptions,
) {
  const bytes = await tfjsToOnnx(model as unknown as TfjsSource, options)
  const expected = predict(model, feeds)
  const found = await runOnnx(bytes, feeds)
  const names = read(bytes).graph.outputs.map(({ name }) => name)
  const worst = Math.max(...expected.map((each, at) => difference(each, found[names[at]!]!)))
  return { bytes, worst, expected, found, names }
}

/** Number of nodes of a kind in a file. */
export function countOf(bytes: Uint8Array, opType: string): number {
  return read(bytes).graph.nodes.filter((node) => node.opType === opType).length
}
