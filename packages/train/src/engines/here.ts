import type { Found, Replay } from '../debug/replay.ts'
import type { CompileOptions, Trainer, TrainingGraph } from '../types.ts'
import { type LoweredStep, loweredForCpu } from './cpu.ts'
import { closingOnError, openHost, withHost } from './host.ts'
import { forwardJob } from './loop/job.ts'
import { openTrainer } from './trainer.ts'

/** A trainer that only answers `logits`, for given weights. */
export async function compileForward(
  { forward, state, imageBytes }: Pick<TrainingGraph, 'forward' | 'state' | 'imageBytes'>,
  { state: values, threads }: Pick<CompileOptions, 'state' | 'threads'>,
): Promise<Pick<Trainer, 'logits' | 'close'>> {
  const device = 'cpu'
  const host = openHost(device)
  const job = forwardJob({ forward, state }, { device, block: 1 })
  return closingOnError(host, () =>
    openTrainer(host, { device, forward: job, batchSize: 1, imageBytes, state, values, threads }),
  )
}

/** The step that would be run on the CPU, to be looked at. */
export function lowerHere(graph: TrainingGraph, options: Pick<CompileOptions, 'layout'>): Promise<LoweredStep> {
  return withHost((host) => loweredForCpu(graph, options, host))
}

/** Runs a plain model again and again in a thread of its own, up to the first value that is not finite. */
export function replayed(job: Replay): Promise<Found | undefined> {
  return withHost((host) => host.call<Found | undefined>('replay', job))
}
