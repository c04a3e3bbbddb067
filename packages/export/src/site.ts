import type { Tensor } from '@pixelrow/model'
import { float32, type GraphBuilder, type Value } from '@pixelrow/onnx'

/** Where a layer's nodes go. */
export interface Site {
  g: GraphBuilder
  /** The layer's name in the graph, and that of its output: `dense_1`, `residual_3/layers/conv2d_0`. */
  name: string
  /** Where the layer is in the model, as its weights' names have it: `3.layers.0`. */
  path: string
  weights: Record<string, Tensor>
}

/** The site of a layer among those of a list: the network's, or a list inside the layer of `outside`. */
export function siteOf(outside: Site, type: string, index: number): Site {
  const { name, path } = outside
  return { ...outside, name: `${name && `${name}/`}${type}_${index}`, path: `${path && `${path}.`}${index}` }
}

/** The layer's parameter `weight`, `bias`, …; undefined when the layer does without. */
export function parameter({ g, path, weights }: Site, name: string): Value | undefined {
  const key = `${path}.${name}`
  const tensor = Object.hasOwn(weights, key) ? weights[key] : undefined
  return tensor && g.constant(float32(tensor.data, tensor.dims), key)
}
