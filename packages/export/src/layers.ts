import type { Layer } from '@pixelrow/model'
import type { GraphBuilder, Value } from '@pixelrow/onnx'
import { named, reshape } from './input.ts'

/** Where a layer's nodes go. */
interface Site {
  g: GraphBuilder
  /** The layer's name in the graph, and that of its output: `dense_1`. */
  name: string
  /** Its parameter `weight`, `bias`, …; undefined when the layer does without. */
  parameter(name: string): Value | undefined
}

/** Appends one kind of layer to the graph. A vector is `[N, values]`, an image `[N, C, H, W]` or a row of that order. */
type Lowering = (site: Site, x: Value) => Value

// A new kind of layer joins here; its shapes and parameters are @pixelrow/model's.
const lowerings: Record<Layer['type'], Lowering> = {
  flatten,
  dense,
  relu: elementwise('Relu'),
  sigmoid: elementwise('Sigmoid'),
  tanh: elementwise('Tanh'),
}

/** Appends a layer to the graph and gives its output. */
export function lower(layer: Layer, site: Site, x: Value): Value {
  return lowerings[layer.type](site, x)
}

function flatten({ g, name }: Site, x: Value): Value {
  if (x.dims.length === 2) return x
  return reshape(g, x, [x.dims.slice(1).reduce<number>((product, dim) => product * Number(dim), 1)], name)
}

function dense({ g, name, parameter }: Site, x: Value): Value {
  const [weight, bias] = [parameter('weight'), parameter('bias')]
  return g.op('Gemm', bias ? [x, weight, bias] : [x, weight], {}, named(`${name}/Gemm`, name))
}

function elementwise(opType: string): Lowering {
  return ({ g, name }, x) => g.op(opType, [x], {}, named(`${name}/${opType}`, name))
}
