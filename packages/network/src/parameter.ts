import type { Value } from '@pixelrow/onnx'
import type { LayerSite } from './surroundings.ts'

/** A parameter of the layer itself: `weight`, `runningMean`, … */
export function own({ parameter, name, path }: LayerSite, field: string): Value {
  return parameter(`${path}.${field}`, `${name}/${field}`)
}

/** The weight and, unless the layer goes without, the bias. */
export function ownAndBias(site: LayerSite, { bias }: { bias?: boolean }): Value[] {
  return bias === false ? [own(site, 'weight')] : [own(site, 'weight'), own(site, 'bias')]
}
