import { TrainError } from '../error.ts'
import type { Device, Precision } from '../types.ts'

/** Whether a device does not have what was asked for. */
export const lacks = ({ precisions = ['fp32'] }: Device, asked: Precision | undefined): boolean =>
  asked !== undefined && !precisions.includes(asked)

/** What a training computes in on a device: what was asked for, if the device has it, else the device's own. */
export function precisionOn(device: Device, asked: Precision | undefined): Precision {
  const { name, precisions = ['fp32'] } = device
  if (!lacks(device, asked)) return asked ?? precisions[0]!
  throw new TrainError({
    code: 'TRAIN_PRECISION_UNAVAILABLE',
    params: { device: name, precision: asked, known: precisions },
    message: `Device "${name}" does not train in ${asked}; it has: ${precisions.join(', ')}.`,
  })
}
