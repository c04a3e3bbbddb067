import { type GraphBuilder, int, type Node, type Value } from '@pixelrow/onnx'
import { emptyLike, type PixelValues } from '../../../../../../common/values.ts'
import { integers } from '../../../operators.ts'
import { reshape } from '../../plain/shape.ts'
import { type Geometry, geometryOf } from './geometry.ts'
import { nchwc } from './layout.ts'
import { reasonAgainst } from './plan.ts'
import type { Shapes } from './shapes.ts'

/**
 * The start of a network whose first layer is a convolution over few channels. Its images' bytes are sorted and padded on the host, once
 * for a table, so that the graph only turns them so that the images of a block lie next to each other.
 */
export interface Stem {
  /** The name of the convolution's input. */
  images: string
  geometry: Geometry
  /** What the bytes are multiplied by. */
  scale: number
  /** Nodes that the host's work and the convolution stand for. */
  replaced: Set<Node>
  /** For each byte of a prepared image its place in the row, −1 for padding. */
  byteOrder: Int32Array
}

/** The stem of a graph, if its images come from the bytes by a scaling and by shape alone. */
export function findStem(shapes: Shapes, block: number): Stem | undefined {
  const first = shapes.graph.nodes.find(({ opType, domain }) => opType === 'Conv' && domain === '')
  const images = first?.inputs[0]
  if (!first || !images || shapes.dims(images)[1]! >= block) return undefined
  const chain: Node[] = []
  for (let name = images; name !== 'pixels'; ) {
    const node = shapes.producer(name)
    const readers = shapes.readers(name)
    const isOnly =
      readers.length === 1 || (name === images && readers.every((reader) => isAlike(reader, first, images)))
    if (!node || !isOnly || !['Cast', 'Mul', 'Reshape', 'Transpose'].includes(node.opType)) return undefined
    chain.push(node)
    name = node.inputs[0]!
  }
  const scaling = chain.filter(({ opType }) => opType === 'Mul')
  // Floats are not scaled.
  const factor = scaling.length === 0 ? { data: [1] } : shapes.constant(scaling[0]?.inputs[1] ?? '')
  if (scaling.length > 1 || factor?.data.length !== 1 || shapes.readers('pixels').length !== 1) return undefined
  const kernel = shapes.dims(first.inputs[1]!).slice(2)
  const geometry = geometryOf(first, shapes.dims(images), shapes.dims(first.outputs[0]!), kernel)
  if (reasonAgainst(geometry, block, true)) return undefined
  const interleaved = chain.some(
    ({ opType, attributes }) => opType === 'Transpose' && String(integers(attributes.perm)) === '0,3,1,2',
  )
  const byteOrder = byteOrderOf(geometry, interleaved)
  return { images, geometry, scale: Number(factor.data[0]), replaced: new Set(chain), byteOrder }
}

/** Whether a node is a convolution of the images, or its gradient, with the windows of the first one: images are prepared in one way. */
function isAlike({ opType, inputs, attributes }: Node, first: Node, images: string): boolean {
  const windows = ({ kernel_shape, strides, pads }: Node['attributes']) =>
    [kernel_shape, strides, pads].map((list) => (list ? integers(list).join() : '')).join(' ')
  const reads =
    (opType === 'Conv' || opType === 'ConvGradWeight') && inputs[0] === images && !inputs.slice(1).includes(images)
  return reads && windows(attributes) === windows(first.attributes)
}

/** The order of the prepared bytes: phase, channel, row, column of the phase. */
function byteOrderOf({ channels, input, stride, pads, phases, columns }: Geometry, interleaved: boolean): Int32Array {
  const [height, width] = input
  const byteOrder = new Int32Array(phases * channels * height * columns.input).fill(-1)
  let at = 0
  for (let phase = 0; phase < phases; phase++)
    for (let channel = 0; channel < channels; channel++)
      for (let row = 0; row < height; row++)
        for (let column = 0; column < columns.input; column++, at++) {
          const x = column * stride[1] + phase - pads[1]
          if (x < 0 || x >= width) continue
          byteOrder[at] = interleaved ? (row * width + x) * channels + channel : (channel * height + row) * width + x
        }
  return byteOrder
}

/** The prepared bytes `[N, …]` as the convolution reads them: `[N/b][C·phases][H][W'][b n]`. */
export function stemImages(g: GraphBuilder, pixels: Value, { geometry }: Stem, block: number): Value {
  const { batch, channels, phases, input, columns } = geometry
  const [groups, planes] = [batch / block, channels * phases]
  const numbers = g.op('Cast', [pixels], { to: int(1) })
  const dims = [groups, block, planes * input[0], columns.input]
  const turned = nchwc(g, 'ReorderInput', [reshape(g, numbers, dims)], {}, dims)
  return reshape(g, turned, [groups, planes, input[0], columns.input * block])
}

/** Rows of bytes, or of floats, in the order that `byteOrder` says. */
export function prepareBytes<T extends PixelValues>(pixels: T, byteOrder: Int32Array, imageBytes: number): T {
  const rows = pixels.length / imageBytes
  const prepared = emptyLike(pixels, rows * byteOrder.length)
  const runs = runsOf(byteOrder)
  for (let row = 0, from = 0, to = 0; row < rows; row++, from += imageBytes, to += byteOrder.length) {
    for (const [at, place, length, step] of runs) {
      for (let i = 0, source = from + place; i < length; i++, source += step) prepared[to + at + i] = pixels[source]!
    }
  }
  return prepared
}

/** Stretches of places at one distance from each other: where they begin, the first place, their number, the distance. */
function runsOf(byteOrder: Int32Array): [number, number, number, number][] {
  const runs: [number, number, number, number][] = []
  for (let at = 0; at < byteOrder.length; ) {
    if (byteOrder[at]! < 0) {
      at++
      continue
    }
    const step =
      at + 1 < byteOrder.length && byteOrder[at + 1]! > byteOrder[at]! ? byteOrder[at + 1]! - byteOrder[at]! : 1
    let length = 1
    while (at + length < byteOrder.length && byteOrder[at + length] === byteOrder[at]! + length * step) length++
    runs.push([at, byteOrder[at]!, length, step])
    at += length
  }
  return runs
}
