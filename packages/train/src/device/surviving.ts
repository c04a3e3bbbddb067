import type { FitOptions } from '../options.ts'
import type { Prepared } from '../prepared.ts'
import { type Ready, type SetUp, startOn } from '../setup.ts'
import type { DeviceMove } from '../types.ts'
import { batchError } from './batch.ts'
import { isLost, isOutOfMemory, isUnusable, lossReason } from './lost.ts'
import { namedDevice } from './named.ts'
import { precisionOn } from './precision.ts'

/** What is needed of a training's options here. */
export interface Survival extends Pick<FitOptions, 'onMove' | 'signal' | 'debug'> {
  /** The same training with another batch, to find one that fits into a device's memory. */
  withBatch: (batchSize: number) => Prepared
}

/**
 * Does a training's work on its device; where that is lost on the way, the rest of it on the CPU, from the last point that was kept. A batch that
 * was too large for a device from the first step on is an error, if that device was asked for.
 */
export async function surviving<T>(ready: Ready, options: Survival, work: (training: SetUp) => Promise<T>): Promise<T> {
  try {
    return await closing(ready, options, work)
  } catch (error) {
    if (ready.device === 'cpu' || options.signal?.aborted) throw error
    const hasBegun = ready.memory.total > ready.start.position.total
    // A device of our choice that cannot be begun on gives way like one that is lost.
    const isOurs = ready.settings.device === 'auto' && !ready.resumed
    if (isOutOfMemory(error) && !hasBegun && !isOurs) throw await batchError(options.withBatch, ready, ready)
    if (!isLost(error) && !(isOurs && isUnusable(error))) throw error
    const { moved, move } = await toCpu(ready, lossReason(error))
    await options.onMove?.(move)
    return closing(moved, options, work)
  }
}

async function closing<T>(ready: Ready, options: Survival, work: (training: SetUp) => Promise<T>): Promise<T> {
  const training = await startOn(ready, options)
  let result: T
  try {
    result = await work(training)
  } catch (error) {
    // What is lost may not be closed any more, and why it was is what counts.
    await training.trainer.close().catch(() => {})
    throw error
  }
  await training.trainer.close()
  return result
}

/** The training as it was kept, on the CPU of its engine. */
async function toCpu(ready: Ready, reason: string): Promise<{ moved: Ready; move: DeviceMove }> {
  const { engine, device } = await namedDevice(ready.engine, 'cpu')
  const on = { engine, device: device.name, precision: precisionOn(device, undefined) }
  const { kept, total } = ready.memory
  const move = { from: ready.device, to: on.device, lostAt: total, wentOnFrom: kept.position.total, reason }
  const position = { ...kept.position, moves: [...(kept.position.moves ?? []), move] }
  const start = { ...kept, position }
  const memory = { kept: start, total: position.total }
  return { move, moved: { ...ready, ...on, start, memory } }
}
