import { float32, type GraphBuilder, int, sizeOf, type Value } from '@pixelrow/onnx'
import { operands } from '../../operands.ts'
import { integers } from '../../operators.ts'
import type { Lowering } from '../plain/lowering.ts'
import { reshape } from '../plain/shape.ts'
import { overlaid, type Windows, windowsOf } from './windows.ts'

/** The pixels alone: places are not supported there. */
export const maxPool: Lowering = ({ g, inputs: [x], attributes }) => [g.op('MaxPool', [x], { ...attributes })]

/**
 * dx without places: a window's pixels are compared with its largest, and the first that equals it gets the gradient. Where windows tile the image
 * their pixels are axes of the image, else they are made one axis and added up again.
 */
export const maxPoolGrad: Lowering = ({ g, inputs, attributes, choose }) => {
  const [dy, x, y] = operands(inputs, 3, 'MaxPoolGrad')
  const { kernel_shape, strides, pads } = attributes
  const windows = { kernel: integers(kernel_shape), strides: integers(strides), pads: integers(pads) }
  const sizes = [x, y].map(({ dims }) => dims.slice(2).map(Number)) as [number[], number[]]
  const tiles = windows.kernel.every((size, i) => size === windows.strides[i] && sizes[1][i]! * size === sizes[0][i])
  choose(
    tiles
      ? { formulation: 'comparison', reason: 'its windows tile the image' }
      : { formulation: 'comparison of windows', reason: 'its windows overlap, or leave out or pad pixels' },
  )
  return [tiles ? tiled(g, { dy, x, y, windows }) : apart(g, { dy, x, y, windows })]
}

interface Operands {
  dy: Value
  x: Value
  y: Value
  windows: Windows
}

function tiled(g: GraphBuilder, { dy, x, y, windows: { kernel } }: Operands): Value {
  const [batch, channels, height, width] = y.dims.map(Number) as [number, number, number, number]
  const [tall, wide] = kernel as [number, number]
  const rows = batch * channels * height
  const each = (value: Value) => reshape(g, value, [rows, 1, width, 1])
  const places = g.constant(float32(counting(tall * wide), [tall, 1, wide]))
  const pixels = reshape(g, x, [rows, tall, width, wide])
  return reshape(g, toFirst(g, { pixels, largest: each(y), given: each(dy), places, axes: [1, 3] }), x.dims.map(Number))
}

function apart(g: GraphBuilder, { dy, x, y, windows }: Operands): Value {
  const [batch, channels, height, width] = y.dims.map(Number) as [number, number, number, number]
  const size = sizeOf(windows.kernel)
  const dims = [batch * channels, size, height * width]
  const each = (value: Value) => reshape(g, value, [batch * channels, 1, height * width])
  const pixels = reshape(g, windowsOf(g, x, windows), dims)
  const places = g.constant(float32(placesOf(x, y, windows), [size, height * width]))
  const gradient = toFirst(g, { pixels, largest: each(y), given: each(dy), places, axes: [1] })
  return overlaid(
    g,
    reshape(g, gradient, [batch, channels * size, height, width]),
    x.dims.slice(2).map(Number),
    windows,
  )
}

/** Gives each window's gradient to the first of its pixels that equals the largest; `places` are the pixels' numbers. */
function toFirst(g: GraphBuilder, { pixels, largest, given, places, axes }: Window): Value {
  const none = g.constant(float32(NOWHERE))
  const equal = g.op('Where', [g.op('Equal', [pixels, largest]), places, none])
  const first = g.op('ReduceMin', [equal], { axes: { ints: axes.map(BigInt) }, keepdims: int(1) })
  return g.op('Where', [g.op('Equal', [places, first]), given, g.constant(float32(0))])
}

interface Window {
  pixels: Value
  largest: Value
  given: Value
  places: Value
  /** Of a window's pixels. */
  axes: number[]
}

/** Larger than all places. */
const NOWHERE = 2 ** 24

const counting = (length: number) => Array.from({ length }, (_, i) => i)

/** A pixel's number in its window, for each window; outside of the image, where a padded 0 may equal the largest, one that is none. */
function placesOf(x: Value, y: Value, { kernel, strides, pads }: Windows): number[] {
  const [height, width] = x.dims.slice(2).map(Number) as [number, number]
  const [rows, columns] = y.dims.slice(2).map(Number) as [number, number]
  const inside = (at: number, length: number) => at >= 0 && at < length
  return counting(sizeOf(kernel)).flatMap((place) =>
    counting(rows * columns).map((window) => {
      const top = Math.floor(window / columns) * strides[0]! - pads[0]! + Math.floor(place / kernel[1]!)
      const left = (window % columns) * strides[1]! - pads[1]! + (place % kernel[1]!)
      return inside(top, height) && inside(left, width) ? place : NOWHERE * 2
    }),
  )
}
