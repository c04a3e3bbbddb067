import type { Host } from '@pixelrow/worker'
import { type Lowered, lower } from '../lowerings/index.ts'
import type { CompileOptions, TrainingGraph } from '../types.ts'
import { loopJob } from './loop/job.ts'
import type { Prepare } from './prepare.ts'
import { type SelfTest, testedBlock } from './self-test.ts'

/** A `Loop`, on blocks where this machine's onnxruntime has them. */
export const prepareCpu: Prepare = async (graph, options, host) => {
  const { step, block, reason } = await loweredForCpu(graph, options, host)
  return {
    job: loopJob(graph, step, { ...options, device: 'cpu', block }),
    layouts: { block, ...(reason && { reason }), convolutions: step.choices },
  }
}

/** A step as this machine's onnxruntime runs it. */
export interface LoweredStep extends SelfTest {
  step: Lowered
}

/** Lowers a step onto the block that passes its self-test here. */
export async function loweredForCpu(
  graph: TrainingGraph,
  options: Pick<CompileOptions, 'layout'>,
  host: Host,
): Promise<LoweredStep> {
  const found = await blockFor(graph, options, host)
  return { ...found, step: lower(graph.step, { device: 'cpu', block: found.block }) }
}

/** What a process has found out about its onnxruntime. */
let selfTest: Promise<SelfTest> | undefined

/** The block to train on: that of this onnxruntime if it passes its self-test, for a graph that has convolutions and is not to stay plain. */
async function blockFor(
  { step }: TrainingGraph,
  { layout }: Pick<CompileOptions, 'layout'>,
  host: Host,
): Promise<SelfTest> {
  if (!step.nodes.some(({ opType }) => opType === 'Conv')) return { block: 1 }
  if (layout === 'plain') return { block: 1, reason: 'the plain formulation was asked for' }
  selfTest ??= testedBlock((trial) => host.call('trial', trial))
  return selfTest.catch((error) => {
    selfTest = undefined
    throw error
  })
}
