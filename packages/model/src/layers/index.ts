import { ModelError } from '../error.ts'
import { show } from '../strict.ts'
import type { Layer } from '../types.ts'
import { activation } from './activation.ts'
import { batchNorm } from './batchnorm.ts'
import { conv2d } from './conv2d.ts'
import { dense } from './dense.ts'
import { dropout } from './dropout.ts'
import { flatten } from './flatten.ts'
import { globalPool } from './globalpool.ts'
import type { LayerKind } from './kind.ts'
import { pool2d } from './pool2d.ts'
import { residual } from './residual.ts'

// A new kind of layer: its interface joins `Layer` in types.ts, its file joins this table.
const kinds: Record<Layer['type'], LayerKind> = {
  flatten,
  dense,
  conv2d,
  maxPool2d: pool2d('maxPool2d'),
  averagePool2d: pool2d('averagePool2d'),
  globalAveragePool: globalPool('globalAveragePool'),
  globalMaxPool: globalPool('globalMaxPool'),
  batchNorm,
  dropout,
  residual,
  relu: activation('relu'),
  gelu: activation('gelu'),
  silu: activation('silu'),
  sigmoid: activation('sigmoid'),
  tanh: activation('tanh'),
}

/** The kind of layer behind a `type` that may come from anywhere; throws when there is no such kind. */
export function kindOf(type: unknown, path: string): LayerKind {
  if (typeof type === 'string' && Object.hasOwn(kinds, type)) return kinds[type as Layer['type']]
  const known = Object.keys(kinds)
  const message = `layer ${path} has the type ${show(type)}; this version of @pixelrow/model knows ${known.join(', ')}.`
  throw new ModelError('MODEL_LAYER_UNKNOWN', message, { params: { type: show(type), known }, path })
}
