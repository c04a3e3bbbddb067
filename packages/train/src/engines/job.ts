import type { Trainer } from '../types.ts'
import { type ChunkJob, openChunks } from './cuda/sessions.ts'
import { type LoopJob, openLoop } from './loop/sessions.ts'
import type { Runtime } from './runtime.ts'

/** What a device is given to train: its models and what they are fed. */
export type DeviceJob = LoopJob | ChunkJob

/** A job under way where onnxruntime is. */
export interface Sessions extends Pick<Trainer, 'train' | 'logits' | 'validate' | 'state'> {
  release(): Promise<void>
}

/** Opens a job in the way of its device. */
export function openJob(runtime: Runtime, job: DeviceJob): Promise<Sessions> {
  return job.device === 'cuda' ? openChunks(runtime, job) : openLoop(runtime, job)
}
