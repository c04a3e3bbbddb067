import type { Node } from '@pixelrow/onnx'
import { conv, convGradInput, convGradWeight, type SortedImages, sourceOf } from '../conv.ts'
import { type Geometry, geometryOf } from '../geometry.ts'
import { reasonAgainst } from '../plan.ts'
import type { Shapes } from '../shapes.ts'
import { stemImages } from '../stem.ts'
import { reluAfter, type Site, setImages } from './site.ts'

export function convRule(site: Site): boolean {
  const { node, g, variants, block, shapes } = site
  const [images, weight, bias] = node.inputs as [string, string, string?]
  const geometry = geometryOfConv(node, shapes)
  if (!choose(site, geometry, images)) return false
  const source = sourceFor(site, geometry, images)
  const relu = reluAfter(site, node.outputs[0]!)
  const b = bias ? variants.get(bias, 'plain') : undefined
  const y = conv(g, source, { w: variants.get(weight, 'filters'), b }, { geometry, block, relu: relu !== undefined })
  setImages(site, relu ?? node.outputs[0]!, y)
  return true
}

export function convGradInputRule(site: Site): boolean {
  const { node, g, variants, block, shapes } = site
  const [dy, weight] = node.inputs as [string, string]
  const geometry = geometryOf(node, shapes.dims(node.outputs[0]!), shapes.dims(dy), shapes.dims(weight).slice(2))
  if (!choose(site, geometry)) return false
  const value = convGradInput(g, variants.get(dy, 'images'), variants.get(weight, 'filters'), { geometry, block })
  setImages(site, node.outputs[0]!, value)
  return true
}

export function convGradWeightRule(site: Site): boolean {
  const { node, g, variants, block, shapes } = site
  const [images, dy] = node.inputs as [string, string]
  const dims = shapes.dims(node.outputs[0]!)
  const geometry = geometryOf(node, shapes.dims(images), shapes.dims(dy), dims.slice(2))
  if (!choose(site, geometry, images)) return false
  const source = sourceFor(site, geometry, images)
  const value = convGradWeight(g, source, variants.get(dy, 'images'), { geometry, block, dims })
  variants.set(node.outputs[0]!, value, 'filters', dims)
  return true
}

/** Decides by the rule, and keeps the decision for the plan. */
export function choose({ node, block, state }: Site, geometry: Geometry, images?: string): boolean {
  const reason = reasonAgainst(geometry, block, images !== undefined && images === state.stem?.images)
  state.choices.push({
    node: node.name,
    operator: node.opType,
    layout: reason ? 'plain' : 'blocked',
    ...(reason && { reason }),
  })
  return reason === undefined
}

/** A convolution and its gradient read the same sorted images. */
export function sourceFor({ g, variants, block, state }: Site, geometry: Geometry, images: string): SortedImages {
  const { kernel, stride, pads } = geometry
  const key = `${images} ${kernel} ${stride} ${pads}`
  const known = state.sources.get(key)
  if (known) return known
  const { stem } = state
  const source =
    stem?.images === images
      ? { sorted: stemImages(g, variants.get('pixels', 'plain'), stem, block), scale: stem.scale }
      : sourceOf(g, variants.get(images, 'images'), geometry, block)
  state.sources.set(key, source)
  return source
}

export function geometryOfConv(node: Node, { dims }: Shapes): Geometry {
  return geometryOf(node, dims(node.inputs[0]!), dims(node.outputs[0]!), dims(node.inputs[1]!).slice(2))
}
