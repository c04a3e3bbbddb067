import type { Layer, ResidualLayer } from '@pixelrow/model'
import type { Value } from '@pixelrow/onnx'
import { activation } from './activations.ts'
import { named, reshape } from './names.ts'
import { parameter, type Site, siteOf } from './site.ts'
import { batchNorm, conv2d, globalPool, pool2d } from './spatial.ts'

/** Appends one layer after another, and gives the last one's output. `outside` is the site of the layer they are in. */
export function lowerLayers(layers: readonly Layer[], outside: Site, x: Value): Value {
  return layers.reduce((value, layer, index) => lower(layer, siteOf(outside, layer.type, index), value), x)
}

// A new kind of layer joins here; its shapes and parameters are @pixelrow/model's. A vector is `[N, values]`, an image
// `[N, C, H, W]`, or as it came where only functions of each element and a flatten follow.
function lower(layer: Layer, site: Site, x: Value): Value {
  switch (layer.type) {
    case 'flatten':
      return flatten(site, x)
    case 'dense':
      return dense(site, x)
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
      // Of training only: afterwards it does nothing.
      return x
    case 'residual':
      return residual(site, layer, x)
    default:
      return activation(site, layer.type, x)
  }
}

function flatten({ g, name }: Site, x: Value): Value {
  if (x.dims.length === 2) return x
  return reshape(g, x, [x.dims.slice(1).reduce<number>((product, dim) => product * Number(dim), 1)], name)
}

function dense(site: Site, x: Value): Value {
  const [weight, bias] = [parameter(site, 'weight'), parameter(site, 'bias')]
  return site.g.op('Gemm', bias ? [x, weight, bias] : [x, weight], {}, named(`${site.name}/Gemm`, site.name))
}

function residual(site: Site, { layers, shortcut }: ResidualLayer, x: Value): Value {
  const { g, name, path } = site
  const branch = (field: string, layers: readonly Layer[]) =>
    lowerLayers(layers, { ...site, name: `${name}/${field}`, path: `${path}.${field}` }, x)
  const main = branch('layers', layers)
  return g.op('Add', [main, shortcut ? branch('shortcut', shortcut) : x], {}, named(`${name}/Add`, name))
}
