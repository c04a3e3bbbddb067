import type { DenseLayer, DropoutLayer, Layer, ResidualLayer } from '@pixelrow/model'
import type { Value } from '@pixelrow/onnx'
import { activation } from './activations.ts'
import { siteOf } from './names.ts'
import { ownAndBias } from './parameter.ts'
import { reshape } from './reshape.ts'
import { batchNorm, conv2d, globalPool, pool2d } from './spatial.ts'
import type { LayerPlace, LayerSite, Surroundings } from './surroundings.ts'

/**
 * Appends one layer after another to the graph of `surroundings` and gives the last one's output. `x` is what `inputLayer` gives, or the output of
 * earlier layers; with `outside`, which `g`'s scope is named after, the layers are those inside another layer, or of one of several networks.
 */
export function applyLayers(
  surroundings: Surroundings,
  layers: readonly Layer[],
  x: Value,
  outside: LayerPlace = { name: '', path: '' },
): Value {
  return layers.reduce(
    (value, layer, index) => apply(layer, siteOf(surroundings, outside, layer.type, index), value),
    x,
  )
}

// A new kind of layer joins here; its shapes and parameters are @pixelrow/model's. A vector is `[N, values]`, an image
// `[N, C, H, W]`, or as it came where only functions of each element and a flatten follow.
function apply(layer: Layer, site: LayerSite, x: Value): Value {
  switch (layer.type) {
    case 'flatten':
      return flatten(site, x)
    case 'dense':
      return dense(site, layer, x)
    case 'conv2d':
      return conv2d(site, layer, x)
    case 'maxPool2d':
    case 'averagePool2d':
      return pool2d(site, layer, x)
    case 'globalAveragePool':
    case 'globalMaxPool':
      return globalPool(site, layer, x)
    case 'batchNorm':
      return batchNorm(site, layer, x)
    case 'dropout':
      return dropout(site, layer, x)
    case 'residual':
      return residual(site, layer, x)
    default:
      return activation(site, layer.type, x)
  }
}

function flatten({ g, name }: LayerSite, x: Value): Value {
  if (x.dims.length === 2) return x
  return reshape(g, x, [x.dims.slice(1).reduce<number>((product, dim) => product * Number(dim), 1)], name)
}

function dense(site: LayerSite, layer: DenseLayer, x: Value): Value {
  return site.g.op('Gemm', [x, ...ownAndBias(site, layer)], {}, { outputs: site.name })
}

/** Of training only: afterwards it does nothing. */
function dropout(site: LayerSite, layer: DropoutLayer, x: Value): Value {
  return site.training ? site.training.dropout(site, layer, x) : x
}

function residual(site: LayerSite, { layers, shortcut }: ResidualLayer, x: Value): Value {
  const { g, name, path } = site
  const branch = (field: string, list: readonly Layer[]) =>
    applyLayers({ ...site, g: g.scope(field) }, list, x, { name: `${name}/${field}`, path: `${path}.${field}` })
  const main = branch('layers', layers)
  return g.op('Add', [main, shortcut ? branch('shortcut', shortcut) : x], {}, { outputs: name })
}
