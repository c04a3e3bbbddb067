import { TrainError } from '../error.ts'

/** Whether an error says that what computed is gone, and not that what was computed is wrong. */
export function isLost(error: unknown): error is TrainError {
  return error instanceof TrainError && (error.code === 'TRAIN_DEVICE_LOST' || error.code === 'TRAIN_PROCESS_ENDED')
}

/** Whether an error says that a device cannot be begun on. */
export const isUnusable = (error: unknown): error is TrainError =>
  error instanceof TrainError && error.code === 'TRAIN_DEVICE_UNAVAILABLE'

/** Whether it is a device's memory that does not suffice. */
export const isOutOfMemory = (error: unknown): error is TrainError =>
  (isLost(error) || isUnusable(error)) && error.params.cause === 'memory'

/** Why a device was lost, without a full stop. */
export const lossReason = ({ params, message }: TrainError): string =>
  (typeof params.reason === 'string' ? params.reason : message).replace(/\.$/, '')
