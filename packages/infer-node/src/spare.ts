import { type Attempt, ClassifierError, type Runner } from '@pixelrow/classifier'
import type { Opened, Tried } from './opened.ts'
import { answersOf, RUN_ROWS } from './runs.ts'

/** The CPU beside another device: opened when it is needed. */
export interface Spare {
  open(): Promise<Opened>
  /** Lets go of it, until it is needed again. */
  release(): Promise<void>
}

/** A spare that is opened at most once at a time. */
export function createSpare(open: () => Promise<Opened>): Spare {
  let opening: Promise<Opened> | undefined
  return {
    open() {
      if (!opening) {
        opening = open()
        // Where it cannot be opened, the next one tries once more.
        opening.catch(() => {
          opening = undefined
        })
      }
      return opening
    },
    async release() {
      const there = opening
      opening = undefined
      await (await there?.catch(() => undefined))?.runner.release()
    },
  }
}

/**
 * A model on a device that may be lost: what it fails at is done on the CPU, and where it is the device's fault, so is all that comes. No row is lost, and none
 * is answered twice: its pixels are kept until its answer is there.
 */
export function withSpare(on: Opened, spare: Spare, attempts: readonly Attempt[]): Tried {
  const { model } = on.runner
  let lost: Attempt | undefined
  let left: Promise<void> | undefined

  function lose(cause: unknown): void {
    if (lost) return
    lost = { device: on.device, error: `lost while it was in use: ${reasonOf(cause)}`, code: 'lost' }
    left = on.runner.release()
  }

  async function onCpu(pixels: Uint8Array, rows: number) {
    return answersOf((await spare.open()).runner, pixels, { rows, part: RUN_ROWS })
  }

  const run: Runner['run'] = async (pixels, rows) => {
    if (lost) return onCpu(pixels, rows)
    try {
      return await on.runner.run(pixels, rows)
    } catch (cause) {
      if (isDevices(cause)) lose(cause)
      const answer = await onCpu(pixels, rows)
      // What the CPU has an answer to was no fault of the rows.
      lose(cause)
      return answer
    }
  }

  return {
    get device() {
      return lost ? 'cpu' : on.device
    },
    get attempts() {
      return lost ? [...attempts, lost] : attempts
    },
    batch: on.batch,
    lanes: on.lanes,
    depth: on.depth,
    runner: {
      model,
      run,
      async release() {
        await (left ?? on.runner.release())
        await spare.release()
      },
    },
  }
}

/** Whether an error says that the worker is gone, or that onnxruntime failed, and not what is wrong with rows. */
function isDevices(cause: unknown): boolean {
  return !(cause instanceof ClassifierError) || cause.code === 'CLASSIFIER_WORKER_FAILED'
}

/** Why it was lost: what the worker's process ended with, or onnxruntime's own words. */
function reasonOf(cause: unknown): string {
  if (cause instanceof ClassifierError && typeof cause.params.reason === 'string') return cause.params.reason
  return (cause as Error).message
}
