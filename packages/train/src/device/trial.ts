import { epochOrder } from '@pixelrow/data'
import { trainSpan } from '../chunks.ts'
import { TrainError } from '../error.ts'
import { compileOn, type On, type Prepared, stepsLeft } from '../prepared.ts'
import { flopsOf } from '../profile/flops.ts'
import type { DeviceTrial, Precision } from '../types.ts'
import { CPU_FLOPS_PER_SECOND } from './rule.ts'

const STEPS = 20

/** Of the time that the training is expected to take, so much may go into trial steps, the devices' starting not counted. */
const SHARE = 0.1

/** With fewer steps than these nothing is known: the first one warms up. */
const LEAST_STEPS = 2

/** A device may take so many times as long as the CPU. */
const SLOWEST = 1.3

/** Float16 rounds to three digits; the others keep to the CPU's losses. */
const tolerances: Record<Precision, number> = { fp32: 1e-3, tf32: 1e-3, fp16: 1e-2 }

/** What came of trying a device: nothing where the training is too short for that. */
export interface Tried {
  trial?: DeviceTrial
  /** Why it must not be taken. */
  rejected?: string
}

/** The first steps of the very training on a device and on the CPU; nothing is kept of them. */
export async function tryDevice(job: Prepared, on: On, cpu: On, signal?: AbortSignal): Promise<Tried> {
  const steps = stepsLeft(job.settings, job.start.position)
  const most = Math.min(STEPS, job.settings.stepsPerEpoch - job.start.position.step, steps)
  if (SHARE * steps < 2 * LEAST_STEPS || most < LEAST_STEPS) return {}
  const cpuStep = flopsOf(job.graph.step) / CPU_FLOPS_PER_SECOND
  const device = await firstSteps(job, on, { most, seconds: (SHARE / 2) * steps * cpuStep, signal })
  if (device === 'diverged') return { rejected: 'its loss stops being a number in the first steps' }
  // The quicker of the two is the one that will train.
  const seconds = SHARE * Math.min(cpuStep, device.secondsPerStep) * steps - device.seconds
  const affordable = Math.min(device.losses.length, Math.max(LEAST_STEPS, Math.floor(seconds / cpuStep)))
  const reference = await firstSteps(job, cpu, { most: affordable, seconds, signal })
  return reference === 'diverged' ? {} : judged(device, reference, on.precision)
}

/** What a device's first steps gave. */
interface Steps {
  losses: number[]
  secondsPerStep: number
  /** All of them together, but the first. */
  seconds: number
}

interface Limits {
  most: number
  /** No chunk begins after these, but the first two. */
  seconds: number
  signal: AbortSignal | undefined
}

/** Steps in chunks that grow. The first one, which warms up, tells nothing of the pace, and of the others the quickest does. */
async function firstSteps(job: Prepared, on: On, limits: Limits): Promise<Steps | 'diverged'> {
  const { settings, series, start } = job
  const { epoch, step, total } = start.position
  const { batchSize, train, seed } = settings
  const order = epochOrder(train.rows, seed, epoch)
  const losses: number[] = []
  let [secondsPerStep, seconds] = [Number.POSITIVE_INFINITY, 0]
  const trainer = await compileOn(job, on)
  try {
    while (losses.length < LEAST_STEPS || (losses.length < limits.most && seconds < limits.seconds)) {
      limits.signal?.throwIfAborted()
      const done = losses.length
      const count = Math.min(Math.max(1, done), limits.most - done)
      const began = performance.now()
      const span = { first: total + done, offset: step + done, count }
      losses.push(...(await trainSpan(trainer, span, { epoch, order, series, batchSize })))
      const took = (performance.now() - began) / 1000
      // The first chunk starts the device.
      if (done === 0) continue
      secondsPerStep = Math.min(secondsPerStep, took / count)
      seconds += took
    }
    return { losses, secondsPerStep, seconds }
  } catch (error) {
    if (error instanceof TrainError && error.code === 'TRAIN_DIVERGED') return 'diverged'
    throw error
  } finally {
    await trainer.close()
  }
}

function judged(device: Steps, cpu: Steps, precision: Precision): Tried {
  const steps = Math.min(device.losses.length, cpu.losses.length)
  const differences = cpu.losses
    .slice(0, steps)
    .map((loss, i) => Math.abs(device.losses[i]! - loss) / Math.max(1, Math.abs(loss)))
  const trial: DeviceTrial = {
    steps,
    lossDifference: Math.max(...differences),
    secondsPerStep: { device: device.secondsPerStep, cpu: cpu.secondsPerStep },
    date: new Date().toISOString(),
  }
  const rejected = reasonIn(trial, precision)
  return { trial, ...(rejected !== undefined && { rejected }) }
}

function reasonIn({ steps, lossDifference, secondsPerStep: { device, cpu } }: DeviceTrial, precision: Precision) {
  const tolerance = tolerances[precision]
  if (!(lossDifference <= tolerance)) {
    return `in ${steps} trial steps its losses are off the CPU's by up to ${short(lossDifference)}, more than ${tolerance}`
  }
  if (device <= SLOWEST * cpu) return undefined
  return `in ${steps} trial steps it took ${short(device / cpu)} times as long as the CPU`
}

/** What a trial found in favour of a device. */
export function praise({ steps, lossDifference, secondsPerStep: { device, cpu } }: DeviceTrial): string {
  const pace = device <= cpu ? `${short(cpu / device)} times as fast` : `${short(device / cpu)} times as long a step`
  return `${steps} trial steps kept to the CPU's losses within ${short(lossDifference)}, ${pace}`
}

const short = (value: number) => String(Number(value.toPrecision(2)))
