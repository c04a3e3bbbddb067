import { createRequire } from 'node:module'
import { preloadLibraries } from '@pixelrow/devices/preload'
import { nativeConflict, serve } from '@pixelrow/worker/inside'
import { type Replay, replay } from '../debug/replay.ts'
import { type DeviceJob, openJob } from './job.ts'
import type { Runtime, Sessions } from './runtime.ts'
import { runTrial, type Trial } from './trial.ts'

/** A process has one library of a name: what else of that name stands in the way goes back as plain data. */
function load(runtime: string): Runtime {
  try {
    return createRequire(runtime)(runtime) as Runtime
  } catch (cause) {
    throw nativeConflict(runtime, 'onnxruntime') ?? cause
  }
}

/** The worker's side of the onnxruntime engine: `open` a job, then its methods. */
serve(({ runtime, libraries }: { runtime: string; libraries: string[] }) => {
  // What cannot be loaded, the session says.
  preloadLibraries(libraries)
  let sessions: Sessions | undefined
  return {
    methods: {
      trial: (trial: Trial) => runTrial(load(runtime), trial),
      replay: (job: Replay) => replay(load(runtime), job),
      async open(job: DeviceJob) {
        sessions = await openJob(load(runtime), job)
      },
      train: (chunk: never) => sessions!.train(chunk),
      logits: (pixels: never) => sessions!.logits(pixels),
      validate: () => sessions!.validate(),
      state: () => sessions!.state(),
    },
    release: () => sessions?.release(),
  }
})
