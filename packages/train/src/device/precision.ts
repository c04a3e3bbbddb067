import { TrainError } from '../error.ts'
import type { Device, Precision } from '../types.ts'

/** What a training computes in on a device: what was asked for, if the device has it, else the device's own. */
export function precisionOn({ name, precisions = ['fp32'] }: Device, asked: Precision | undefined): Precision {
  if (asked === undefined) return precisions[0]!
  if (precisions.includes(asked)) return asked
  throw new TrainError({
    code: 'TRAIN_PRECISION_UNAVAILABLE',
    params: { device: name, precision: asked, known: precisions },
    message: `Device "${name}" does not train in ${asked}; it has: ${precisions.join(', ')}.`,
  })
}
