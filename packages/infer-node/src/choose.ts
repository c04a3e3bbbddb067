import { availableParallelism } from 'node:os'
import type { Attempt } from '@pixelrow/classifier'
import { disagreement } from './agreement.ts'
import { type Candidate, type Candidates, candidatesFor, librariesOf } from './candidates.ts'
import { type Device, isAccelerator, unavailable } from './device.ts'
import { firstOf } from './first-of.ts'
import { openInWorkers } from './in-workers.ts'
import { isolatesOn } from './isolation.ts'
import { type Measured, measured, type Reference, referenceOf, refusal } from './measure.ts'
import { type Opened, type OpenJob, openHere, type Tried } from './opened.ts'
import { createSpare, type Spare, withSpare } from './spare.ts'
import { LARGE_MODEL, productsOf } from './work.ts'

/** What a model is to be opened with. */
export interface Wanted extends Omit<OpenJob, 'device' | 'isSoftware' | 'libraries' | 'isolate'> {
  device: 'auto' | readonly Device[]
  isolate: boolean | undefined
  /** Workers for the processor; 0 has it compute on this thread, unless it is isolated. */
  workers: number
}

/** A model that is open, and how its device compares with the CPU, where it is another one. */
export interface Chosen {
  opened: Tried
  measured?: Measured
}

/** Opens a model on the first device that takes it, answers as the CPU does and, for `auto`, is faster. */
export async function openChosen(wanted: Wanted): Promise<Chosen> {
  const spare = createSpare(() => openOn(wanted, { device: 'cpu' }))
  // The CPU is needed in any case, to compute or to compare: its worker starts while this thread looks for others.
  if (wanted.device === 'auto' && wanted.runtimes.native !== undefined) void spare.open()
  const candidates = candidatesFor(wanted.device, wanted.runtimes)
  const reference = once(async () => referenceOf(await spare.open()))
  try {
    if (wanted.device === 'auto') await leaveSmall(candidates, wanted, spare)
    return await firstOf(wanted.name, candidates, async (candidate) => {
      const { attempts } = candidates
      if (candidate.device === 'cpu') return { opened: { ...(await spare.open()), attempts } }
      const on = await openOn(wanted, candidate)
      // It is there, whatever looking has missed.
      candidate.missing = undefined
      const found = isAccelerator(candidate.device) && (await compared(on, { wanted, reference, attempts }))
      await spare.release()
      if (!isAccelerator(candidate.device)) return { opened: { ...on, attempts } }
      return { opened: withSpare(on, spare, attempts), ...(found && { measured: found }) }
    })
  } catch (error) {
    await spare.release()
    throw error
  }
}

function openOn(wanted: Wanted, { device, isSoftware = false }: Candidate): Promise<Opened> {
  const { isolate, workers, threads, ...file } = wanted
  // WebAssembly has one unless more are asked for.
  const most = device === 'wasm' ? undefined : Math.max(1, Math.floor(availableParallelism() / Math.max(1, workers)))
  const libraries = librariesOf(device, wanted.runtimes)
  const job = { ...file, device, isSoftware, libraries, threads: threads ?? most, isolate: isolatesOn(device, isolate) }
  return workers > 0 || job.isolate ? openInWorkers(job, Math.max(1, workers)) : openHere(job)
}

/** Of a model that is little work, `auto` tries no device but the CPU: it is done there before its rows have been sent elsewhere. */
async function leaveSmall({ list, attempts }: Candidates, { bytes }: Wanted, spare: Spare): Promise<void> {
  if (list.length === 1) return
  const cpu = await spare.open().catch(() => undefined)
  const products = cpu ? productsOf(bytes, cpu.runner.model) : Infinity
  if (products >= LARGE_MODEL) return
  const error = `not tried: a row takes no more than ${products.toLocaleString('en')} products, and devices are tried from ${LARGE_MODEL.toLocaleString('en')} on`
  const others = list.splice(0, list.length - 1)
  attempts.push(...others.map(({ device }) => ({ device, error, code: 'untried' as const })))
}

/** What a device is compared by. */
interface Comparing {
  wanted: Wanted
  reference: () => Promise<Reference>
  attempts: Attempt[]
}

/** Compares a device with the CPU, and lets go of it, with a `ClassifierError`, where it will not do; undefined where the CPU itself gives no scores. */
async function compared(on: Opened, { wanted, reference, attempts }: Comparing): Promise<Measured | undefined> {
  try {
    const cpu = await reference().catch((cause: Error) => cause)
    if (cpu instanceof Error) {
      const error = `it cannot be compared with the CPU: ${cpu.message}`
      if (wanted.device === 'auto') throw unavailable(wanted.name, [{ device: on.device, error, code: 'failed' }])
      attempts.push({ device: 'cpu', error: `${on.device} was not compared with it: ${cpu.message}`, code: 'failed' })
      return undefined
    }
    const found = await measured(on, cpu, { isTimed: wanted.device === 'auto' })
    const error = refusal(found)
    if (!error) return found
    const wrong = disagreement(found) !== undefined
    const fix = wrong && on.device === 'cuda' && { fix: tf32Fix }
    throw unavailable(wanted.name, [{ device: on.device, error, ...fix, code: wrong ? 'wrong' : 'slow' }])
  } catch (error) {
    await on.runner.release()
    throw error
  }
}

/** What makes CUDA round as the CPU does. */
const tf32Fix = 'Set NVIDIA_TF32_OVERRIDE=0, with which it computes in full float32.'

/** The same result, or the same failure, for all who ask. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => {
    result ??= work()
    return result
  }
}
