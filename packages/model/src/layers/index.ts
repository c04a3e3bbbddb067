import { ModelError } from '../error'
import { show } from '../strict'
import type { Layer } from '../types'
import { activation } from './activation'
import { dense } from './dense'
import { flatten } from './flatten'
import type { LayerKind } from './kind'

// A new kind of layer: its interface joins `Layer` in types.ts, its file joins this table.
const kinds: Record<Layer['type'], LayerKind> = {
  flatten,
  dense,
  relu: activation('relu'),
  sigmoid: activation('sigmoid'),
  tanh: activation('tanh'),
}

/** The kind of layer behind a `type` that may come from anywhere; throws when there is no such kind. */
export function kindOf(type: unknown, index: number): LayerKind {
  if (typeof type === 'string' && Object.hasOwn(kinds, type)) return kinds[type as Layer['type']]
  throw new ModelError(
    `layer ${index} has the type ${show(type)}; this version of @pixelrow/model knows ${Object.keys(kinds).join(', ')}.`,
    index,
  )
}
