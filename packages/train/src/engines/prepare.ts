import type { Host } from '@pixelrow/worker'
import type { CompileOptions, Layouts, TrainingGraph } from '../types.ts'
import type { DeviceJob } from './job.ts'

/** What a device is given to train, and how its images lie in memory. */
export interface Prepared {
  job: DeviceJob
  layouts: Layouts
  /** Whether the host makes something for each chunk that it can make ahead. */
  looksAhead?: boolean
}

/** Lowers a training graph for a device; `host` is the worker in which it will run. */
export type Prepare = (graph: TrainingGraph, options: CompileOptions, host: Host) => Prepared | Promise<Prepared>
