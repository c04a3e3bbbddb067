import { epochOrder } from '@pixelrow/data'
import { trainSpan } from '../chunks.ts'
import { TrainError } from '../error.ts'
import { compileOn, type On, type Prepared } from '../prepared.ts'
import { isOutOfMemory } from './lost.ts'

/**
 * The error of a batch that a device has no memory for. It says which of its half, quarter, … fits, found by doing a step of each: how much a
 * device needs for a step, nobody can be asked.
 */
export async function batchError(
  prepared: (batchSize: number) => Prepared,
  { settings: { batchSize } }: Pick<Prepared, 'settings'>,
  on: On,
): Promise<TrainError> {
  const fits = await largestThatFits(prepared, batchSize, on)
  const advice = fits === undefined ? `Pass device: 'cpu'.` : `Pass batchSize: ${fits}, or device: 'cpu'.`
  const half = fits === undefined ? 'nor does any half of it' : `${fits} do, found by halving`
  return new TrainError({
    code: 'TRAIN_DEVICE_MEMORY',
    params: { device: on.device, batchSize, fits },
    message: `A batch of ${batchSize} rows does not fit into the memory of ${on.device}; ${half}.`,
    advice,
  })
}

async function largestThatFits(prepared: (batchSize: number) => Prepared, batchSize: number, on: On) {
  for (let size = Math.floor(batchSize / 2); size >= 1; size = Math.floor(size / 2)) {
    if (await fits(prepared, size, on)) return size
  }
  return undefined
}

async function fits(prepared: (batchSize: number) => Prepared, batchSize: number, on: On): Promise<boolean> {
  try {
    await oneStep(prepared(batchSize), on)
    return true
  } catch (error) {
    // A batch norm over one value is no training, whatever fits.
    if (isOutOfMemory(error) || (error instanceof TrainError && error.code === 'TRAIN_BATCH_NORM_ONE_VALUE'))
      return false
    throw error
  }
}

async function oneStep(job: Prepared, on: On): Promise<void> {
  const { settings, series, start } = job
  const { batchSize, train, seed } = settings
  const trainer = await compileOn(job, on)
  try {
    const order = epochOrder(train.rows, seed, 1)
    const span = { first: start.position.total, offset: 0, count: 1 }
    await trainSpan(trainer, span, { epoch: 1, order, series, batchSize })
  } finally {
    await trainer.close().catch(() => {})
  }
}
