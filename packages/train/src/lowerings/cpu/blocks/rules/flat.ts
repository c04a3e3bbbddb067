import { floating, integer } from '../../../../operators.ts'
import { newtonSchulz } from '../../../plain/orthogonalize.ts'
import { reshape, transpose } from '../../../plain/shape.ts'
import { imageDims, type ValueLayout } from '../layout.ts'
import { orthogonalizeFilters } from '../orthogonalize.ts'
import { isImages, type Site, setImages } from './site.ts'

/** Images to flat features and back: rows of a block's channels move as they are, and the weights' rows are in that order. */
export function reshapeRule(site: Site): boolean {
  const { node, g, variants, shapes, block } = site
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const [from, to] = [shapes.dims(x), shapes.dims(y)]
  const [images, flat] = from.length === 4 ? [from, to] : [to, from]
  const [batch, channels, height, width] = images as [number, number, number, number]
  const size = height * width
  if (images.length !== 4 || flat.length !== 2 || flat[0] !== batch || batch % block || channels % block) return false
  const blocks = (channels / block) * size
  const layout: ValueLayout = size === 1 ? 'plain' : `features/${size}`
  if (from.length === 4) {
    if (!isImages(variants, x)) return false
    const turned = transpose(
      g,
      reshape(g, variants.get(x, 'images'), [batch / block, blocks, block, block]),
      [0, 2, 1, 3],
    )
    variants.set(y, reshape(g, turned, flat), layout, flat)
    return true
  }
  if (variants.made(x) !== layout) return false
  const turned = transpose(g, reshape(g, variants.get(x, layout), [batch / block, block, blocks, block]), [0, 2, 1, 3])
  setImages(site, y, reshape(g, turned, imageDims(images, block)))
  return true
}

/** Products with flat features in blocks: forwards, by the weights and by the features. */
export function gemmRule({ node, g, variants, shapes }: Site): boolean {
  const [a, b, c] = node.inputs as [string, string, string?]
  const has = (name: string) => {
    const attribute = node.attributes[name]
    return attribute !== undefined && 'int' in attribute && Number(attribute.int) === 1
  }
  const pixels = [a, b].map((name) => variants.made(name)?.split('/')[1]).find((count) => count !== undefined)
  if (pixels === undefined) return false
  const features: ValueLayout = `features/${Number(pixels)}`
  const rows: ValueLayout = `rows/${Number(pixels)}`
  const set = (left: ValueLayout, right: ValueLayout, made: ValueLayout) => {
    const inputs = [
      variants.get(a, left),
      variants.get(b, right),
      c === undefined ? undefined : variants.get(c, 'plain'),
    ]
    const output = node.outputs[0]!
    variants.set(output, g.op('Gemm', inputs, node.attributes, { name: node.name }), made, shapes.dims(output))
    return true
  }
  if (variants.made(a) === features && !has('transA') && !has('transB')) return set(features, rows, 'plain')
  if (variants.made(a) === features && has('transA') && c === undefined) return set(features, 'plain', rows)
  if (variants.made(b) === rows && has('transB') && !has('transA') && c === undefined)
    return set('plain', rows, features)
  return false
}

export function orthogonalizeRule({ node, g, variants, shapes, block }: Site): boolean {
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const layout = variants.made(x)
  if (layout === undefined || layout === 'plain') return false
  const steps = integer(node.attributes.steps)
  const epsilon = floating(node.attributes.epsilon)
  const value = variants.get(x, layout)
  const result =
    layout === 'filters'
      ? orthogonalizeFilters(g, value, { block, steps, epsilon })
      : newtonSchulz(g, value, { steps, epsilon })
  variants.set(y, result, layout, shapes.dims(y))
  return true
}

/** Where an operand lies in blocks, all others of its shape do; single numbers fit any layout. */
export function elementwise({ node, g, variants, shapes }: Site): boolean {
  const output = node.outputs[0]!
  const dims = shapes.dims(output)
  const layout = node.inputs
    .map((name) => variants.made(name))
    .find((made): made is ValueLayout => made !== undefined && made !== 'plain')
  if (!layout) return false
  const isNumber = (name: string) => shapes.dims(name).every((dim) => dim === 1) && shapes.dims(name).length <= 1
  const fits = node.inputs.every((name) => isNumber(name) || String(shapes.dims(name)) === String(dims))
  if (!fits) return false
  const inputs = node.inputs.map((name) => variants.get(name, isNumber(name) ? 'plain' : layout))
  variants.set(output, g.op(node.opType, inputs, node.attributes, { name: node.name, outputs: output }), layout, dims)
  return true
}
