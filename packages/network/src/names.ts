import type { Layer } from '@pixelrow/model'
import type { LayerPlace, LayerSite, Surroundings } from './surroundings.ts'

/** Layers whose types say more than their names need to. */
const short: Partial<Record<Layer['type'], string>> = {
  conv2d: 'conv',
  maxPool2d: 'maxPool',
  averagePool2d: 'averagePool',
}

/** The site of a layer in a list: the network's own (`outside` is empty then), or one inside another layer. */
export function siteOf(surroundings: Surroundings, outside: LayerPlace, type: Layer['type'], index: number): LayerSite {
  const label = `${short[type] ?? type}${index}`
  const name = `${outside.name && `${outside.name}/`}${label}`
  const path = `${outside.path && `${outside.path}.`}${index}`
  return { ...surroundings, g: surroundings.g.scope(label), name, path }
}
