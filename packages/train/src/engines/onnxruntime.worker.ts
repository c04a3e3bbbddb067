import { createRequire } from 'node:module'
import { nativeConflict, serve } from '@pixelrow/worker/inside'
import { type Replay, replay } from '../debug/replay.ts'
import { type Job, openSessions, type Runtime } from './sessions.ts'
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
serve(({ runtime }: { runtime: string }) => {
  let sessions: Awaited<ReturnType<typeof openSessions>> | undefined
  return {
    methods: {
      trial: (trial: Trial) => runTrial(load(runtime), trial),
      replay: (job: Replay) => replay(load(runtime), job),
      async open(job: Job) {
        sessions = await openSessions(load(runtime), job)
      },
      train: (chunk: never) => sessions!.train(chunk),
      logits: (pixels: never) => sessions!.logits(pixels),
      validate: () => sessions!.validate(),
      state: () => sessions!.state(),
    },
    release: () => sessions?.release(),
  }
})
