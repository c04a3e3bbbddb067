import { lower } from '../lowerings/index.ts'
import { loopJob } from './loop/job.ts'
import type { Prepare } from './prepare.ts'

/** The same `Loop` as on the CPU, by CUDA's rules. */
export const prepareCuda: Prepare = (graph, options) => {
  const step = lower(graph.step, { device: 'cuda' })
  return {
    job: loopJob(graph, step, { ...options, device: 'cuda', block: 1 }),
    layouts: { block: 1, convolutions: step.choices },
  }
}
