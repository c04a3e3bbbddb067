import { ModelError } from '../error.ts'
import { show } from '../strict.ts'
import type { Layer } from '../types.ts'
import { activation } from './activation.ts'
import { dense } from './dense.ts'
import { flatten } from './flatten.ts'
import type { LayerKind } from './kind.ts'

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
