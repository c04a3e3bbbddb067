import { float32 } from '@pixelrow/onnx'
import { floating } from '../../../../operators.ts'
import { batchNorm, batchNormGrad, perChannel } from '../norm.ts'
import { extentOf, isImages, reluAfter, type Site, setImages } from './site.ts'

export function batchNormRule(site: Site): boolean {
  const { node, g, variants, block, shapes, state } = site
  const [x, weight, bias] = node.inputs as [string, string, string]
  if (!isImages(variants, x)) return false
  const [y, normalized, mean, variance, inverseStd] = node.outputs as [string, string, string, string, string]
  const relu = reluAfter(site, y)
  const result = batchNorm(
    g,
    {
      x: variants.get(x, 'images'),
      weight: variants.get(weight, 'plain'),
      bias: variants.get(bias, 'plain'),
      epsilon: floating(node.attributes.epsilon),
      relu: relu !== undefined,
    },
    { extent: extentOf(shapes.dims(x)), block },
  )
  setImages(site, relu ?? y, result.y)
  state.normalized.set(normalized, { centered: result.centered, inverseStd: result.inverseStd })
  const vectors = { [mean]: result.mean, [variance]: result.variance, [inverseStd]: result.inverseStd }
  for (const [name, value] of Object.entries(vectors)) variants.set(name, value, 'plain', shapes.dims(name))
  return true
}

export function batchNormGradRule(site: Site): boolean {
  const { node, g, variants, block, shapes, state } = site
  const [dy, normalized, , weight] = node.inputs as [string, string, string, string]
  const known = state.normalized.get(normalized)
  if (!known) return false
  const values = { dy: variants.get(dy, 'images'), weight: variants.get(weight, 'plain'), ...known }
  const { dx, dWeight, dBias } = batchNormGrad(g, values, { extent: extentOf(shapes.dims(dy)), block })
  const [images, ofWeight, ofBias] = node.outputs as [string, string, string]
  setImages(site, images, dx)
  variants.set(ofWeight, dWeight, 'plain', shapes.dims(ofWeight))
  variants.set(ofBias, dBias, 'plain', shapes.dims(ofBias))
  return true
}

/** Outside of training, by the running mean and variance. */
export function batchNormalizationRule(site: Site): boolean {
  const { node, g, variants } = site
  const [x, ...vectors] = node.inputs as [string, string, string, string, string]
  if (!isImages(variants, x)) return false
  const [weight, bias, mean, variance] = vectors.map((name) => variants.get(name, 'plain'))
  const std = g.op('Sqrt', [g.op('Add', [variance, g.constant(float32(floating(node.attributes.epsilon)))])])
  const factor = g.op('Div', [weight, std])
  const offset = g.op('Sub', [bias, g.op('Mul', [mean, factor])])
  const relu = reluAfter(site, node.outputs[0]!)
  setImages(
    site,
    relu ?? node.outputs[0]!,
    perChannel(g, variants.get(x, 'images'), { factor, offset, relu: relu !== undefined }),
  )
  return true
}
