import { type ChunkJob, openChunks } from './cuda/sessions.ts'
import { type LoopJob, openLoop } from './loop/sessions.ts'
import type { Runtime, Sessions } from './runtime.ts'
import { openSteps, type StepsJob } from './webgpu/sessions.ts'

/** What a device is given to train: its models and what they are fed. */
export type DeviceJob = LoopJob | ChunkJob | StepsJob

/** Opens a job in the way of its device. */
export function openJob(runtime: Runtime, job: DeviceJob): Promise<Sessions> {
  if (job.device === 'cuda') return openChunks(runtime, job)
  return job.device === 'webgpu' ? openSteps(runtime, job) : openLoop(runtime, job)
}
