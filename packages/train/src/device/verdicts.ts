import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { cacheFolder, makeFolder, writeFileAtomic } from '@pixelrow/files'
import { version } from '../../package.json'
import { onnxruntimeVersion } from '../engines/host.ts'
import { graphHash } from '../identity.ts'
import type { Prepared } from '../prepared.ts'
import type { Adapter, DeviceTrial, Precision } from '../types.ts'
import type { Tried } from './trial.ts'

/** What a record must say of itself. */
const FORMAT = 1

/**
 * Where a trial was made. It is remembered by this, the step, the length and the machine: by neither seed nor rows, since trainings that differ in
 * those alone are to be compared on one device.
 */
export interface TriedOn {
  engine: string
  device: string
  precision: Precision
  adapter?: Adapter | undefined
}

/** What a trial of the same kind found on this machine; undefined where there was none, or its record cannot be read. */
export async function rememberedTrial(job: Prepared, on: TriedOn): Promise<Tried | undefined> {
  try {
    const { format, ...tried } = JSON.parse(await readFile(fileOf(job, on), 'utf8'))
    return format === FORMAT && isTried(tried) ? tried : undefined
  } catch {
    return undefined
  }
}

/** Keeps what a trial found, so that the same training is on the same device the next time. Without a cache it is tried again then. */
export async function rememberTrial(job: Prepared, on: TriedOn, tried: Tried): Promise<void> {
  const file = fileOf(job, on)
  try {
    await makeFolder(dirname(file))
    await writeFileAtomic(file, `${JSON.stringify({ format: FORMAT, ...tried })}\n`)
  } catch {
    // Nothing depends on it but the next choice.
  }
}

function fileOf({ graph, settings }: Prepared, on: TriedOn): string {
  const { steps, batchSize, threads, layout, augment = null } = settings
  const machine = {
    processor: cpus()[0]?.model,
    platform: process.platform,
    onnxruntime: onnxruntimeVersion(),
    version,
  }
  const key = JSON.stringify({ graph: graphHash(graph.step), steps, batchSize, threads, layout, augment, on, machine })
  return join(cacheFolder(), 'trials', `${createHash('sha256').update(key).digest('hex')}.json`)
}

function isTried(value: unknown): value is Tried {
  const { trial, rejected } = { ...(value as Partial<Tried>) }
  return (trial === undefined || isTrial(trial)) && (rejected === undefined || typeof rejected === 'string')
}

function isTrial(value: unknown): value is DeviceTrial {
  const { steps, lossDifference, secondsPerStep, date } = { ...(value as Partial<DeviceTrial>) }
  const numbers: unknown[] = [steps, lossDifference, secondsPerStep?.device, secondsPerStep?.cpu]
  return numbers.every((each) => typeof each === 'number') && typeof date === 'string'
}
