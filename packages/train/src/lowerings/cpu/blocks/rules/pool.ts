import { int64 } from '@pixelrow/onnx'
import { operands } from '../../../../operands.ts'
import { integers } from '../../../../operators.ts'
import { reshape } from '../../../plain/shape.ts'
import { imageDims } from '../layout.ts'
import {
  averagePool,
  averagePoolGrad,
  channelSums,
  globalAveragePool,
  maxPool,
  maxPoolGrad,
  type Tiling,
} from '../pool.ts'
import { elementwise } from './flat.ts'
import { extentOf, isImages, type Site, setImages } from './site.ts'

export function averagePoolRule(site: Site): boolean {
  const { node, g, variants } = site
  const tiling = tilingOf(site, node.inputs[0]!, node.outputs[0]!)
  if (!tiling) return false
  setImages(site, node.outputs[0]!, averagePool(g, variants.get(node.inputs[0]!, 'images'), tiling))
  return true
}

export function averagePoolGradRule(site: Site): boolean {
  const { node, g, variants, shapes, state } = site
  const [dy, dx] = [node.inputs[0]!, node.outputs[0]!]
  const { kernel_shape, strides, pads } = node.attributes
  const kernel = integers(kernel_shape) as [number, number]
  const tiles = kernel.every((length, i) => length === integers(strides)[i]) && integers(pads).every((pad) => pad === 0)
  const extent = extentOf(shapes.dims(dx))
  if (!tiles || extent.batch % site.block || extent.channels % site.block) return false
  const tiling = { extent, kernel, output: shapes.dims(dy).slice(2) as [number, number], block: site.block }
  const gradient = variants.get(dy, 'images')
  const [next, ...more] = shapes.readers(dx)
  if (next?.opType === 'Mul' && more.length === 0) state.spread.set(dx, { gradient, tiling })
  else setImages(site, dx, averagePoolGrad(g, gradient, tiling))
  return true
}

/** What an average's gradient is multiplied by next, mostly relu's mask, is multiplied while it is spread. */
export function mulRule(site: Site): boolean {
  const { node, g, variants, shapes, state } = site
  const [left, right] = operands(node.inputs, 2, 'Mul')
  const [spread, mask] = state.spread.has(left) ? [left, right] : [right, left]
  const average = state.spread.get(spread)
  if (!average) return elementwise(site)
  const { gradient, tiling } = average
  if (isImages(variants, mask)) {
    setImages(site, node.outputs[0]!, averagePoolGrad(g, gradient, tiling, variants.get(mask, 'images')))
    return true
  }
  variants.set(spread, averagePoolGrad(g, gradient, tiling), 'images', shapes.dims(spread))
  return elementwise(site)
}

export function maxPoolRule(site: Site): boolean {
  const { node, g, variants, state } = site
  const tiling = tilingOf(site, node.inputs[0]!, node.outputs[0]!)
  if (!tiling) return false
  const { y, columns } = maxPool(g, variants.get(node.inputs[0]!, 'images'), tiling)
  state.columns.set(node.outputs[0]!, columns)
  setImages(site, node.outputs[0]!, y)
  return true
}

export function maxPoolGradRule(site: Site): boolean {
  const { node, g, variants, state } = site
  const [dy, x, y] = node.inputs as [string, string, string]
  const columns = state.columns.get(y)
  const tiling = columns && tilingOf(site, x, y)
  if (!tiling) return false
  const images = (name: string) => variants.get(name, 'images')
  setImages(site, node.outputs[0]!, maxPoolGrad(g, { x: images(x), y: images(y), columns, dy: images(dy) }, tiling))
  return true
}

/** The tiling of a pooling whose input lies in blocks; undefined for windows that overlap, leave gaps or reach over the edge. */
export function tilingOf({ node, shapes, variants, block }: Site, input: string, output: string): Tiling | undefined {
  const { kernel_shape, strides, pads } = node.attributes
  const kernel = integers(kernel_shape) as [number, number]
  const [stride, padding] = [strides ? integers(strides) : [1, 1], pads ? integers(pads) : []]
  const tiles = kernel.every((length, i) => length === stride[i]) && padding.every((pad) => pad === 0)
  if (!tiles || !isImages(variants, input)) return undefined
  return {
    extent: extentOf(shapes.dims(input)),
    kernel,
    output: shapes.dims(output).slice(2) as [number, number],
    block,
  }
}

export function globalAveragePoolRule(site: Site): boolean {
  const { node, g, variants, shapes, block } = site
  const x = node.inputs[0]!
  if (!isImages(variants, x)) return false
  setImages(site, node.outputs[0]!, globalAveragePool(g, variants.get(x, 'images'), extentOf(shapes.dims(x)), block))
  return true
}

/** The sum over batch and pixels, as a bias' gradient takes it. */
export function channelSumRule(site: Site): boolean {
  const { node, g, variants, shapes, block } = site
  const [x, axes] = node.inputs as [string, string?]
  const keeps = node.attributes.keepdims
  if (!isImages(variants, x) || axes === undefined || !(keeps && 'int' in keeps && Number(keeps.int) === 0))
    return false
  if (String(g.constantOf(variants.get(axes, 'plain'))?.data) !== '0,2,3') return false
  const sums = channelSums(g, variants.get(x, 'images'), extentOf(shapes.dims(x)), block)
  variants.set(node.outputs[0]!, sums, 'plain', shapes.dims(node.outputs[0]!))
  return true
}

/** One number a channel on all pixels. */
export function expandRule(site: Site): boolean {
  const { node, g, variants, shapes, block } = site
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const [from, to] = [shapes.dims(x), shapes.dims(y)]
  const isPixel = from.length === 4 && from[2] === 1 && from[3] === 1 && from[0] === to[0] && from[1] === to[1]
  if (!isPixel || to[0]! % block || to[1]! % block) return false
  const planes = (to[0]! / block) * (to[1]! / block)
  const pixel = reshape(g, variants.get(x, 'images'), [planes, 1, block * block])
  const target = g.constant(int64([planes, to[2]! * to[3]!, block * block]))
  setImages(site, y, reshape(g, g.op('Expand', [pixel, target]), imageDims(to, block)))
  return true
}
