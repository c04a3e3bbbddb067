import { lower } from '../../lowerings/index.ts'
import { loopJob } from '../loop/job.ts'
import type { Prepare } from '../prepare.ts'

/** For now the same `Loop`, whose state goes through the host at every step. */
export const prepareWebgpu: Prepare = (graph, options) => {
  const step = lower(graph.step, { device: 'webgpu' })
  return {
    job: loopJob(graph, step, { ...options, device: 'webgpu', block: 1 }),
    layouts: { block: 1, convolutions: step.choices },
  }
}
