import { type Architecture, validate } from '@pixelrow/model'
import { dump, type Graph } from '@pixelrow/onnx'
import { whole } from '../../../common/options.ts'
import { check } from './check.ts'
import { lowerHere } from './engines/here.ts'
import { type Lowered, lower } from './lowerings/index.ts'
import { inferRules } from './operators.ts'
import { sgd } from './optimizers.ts'
import type { FitOptions } from './options.ts'
import { beginningsOf } from './parts.ts'
import { fitRules } from './rules.ts'
import { trainingGraph } from './training-graph.ts'
import type { TrainingGraph } from './types.ts'

/** Options of `dumpTraining`: those of `fit`, of which some decide the step, and how it is written. */
export interface DumpTrainingOptions extends FitOptions {
  /** How many elements of a constant are shown; 0 or more, default 8. */
  elements?: number
}

/**
 * The step that `fit` would train, as text to read: before lowering, and after it as onnxruntime runs it on this machine. A line a node with the
 * types of its outputs, under headings that say whether it is of the forward pass, the gradients or the optimiser.
 *
 * What decides the step is `optimizer` (default `sgd()`), `batchSize` (default 128), `labelSmoothing`, `classWeights` and `layout`, and after
 * lowering the `device`, if it is named (else it is the CPU), and there the block that this machine's onnxruntime works on. The text is not meant to be parsed. Rejects with a `TrainError` for options that do
 * not fit, and where onnxruntime is missing.
 */
export async function dumpTraining(architecture: Architecture, options: DumpTrainingOptions = {}): Promise<string> {
  check('dumpTraining', options, { ...fitRules, elements: whole(0) })
  const { optimizer = sgd(), batchSize = 128, labelSmoothing, classWeights, elements = 8 } = options
  validate(architecture)
  const loss = { ...(labelSmoothing && { labelSmoothing }), ...(classWeights && { classWeights }) }
  const { graph } = trainingGraph(architecture, optimizer, batchSize, loss)
  const { step, how } = await lowered(graph, options)
  return [
    `# The step before lowering: ${graph.step.nodes.length} nodes`,
    textOf(graph.step, elements),
    `# The step after lowering, ${how}: ${step.graph.nodes.length} nodes`,
    textOf(step.graph, elements),
  ].join('\n')
}

/** The step as the device runs it, and how that is. */
async function lowered(
  graph: TrainingGraph,
  { device, layout }: Pick<FitOptions, 'device' | 'layout'>,
): Promise<{ step: Lowered; how: string }> {
  if (device === 'cuda' || device === 'webgpu') return { step: lower(graph.step, { device }), how: `for ${device}` }
  const { step, block, reason } = await lowerHere(graph, layout ? { layout } : {})
  return { step, how: block > 1 ? `on blocks of ${block}` : `plain${reason ? `: ${reason}` : ''}` }
}

/** The graph with a heading where each part of the step begins. */
function textOf(graph: Graph, elements: number): string {
  const headings = Object.entries(beginningsOf(graph.nodes)).map(([part, at]) => [at, `# ${part}`])
  return dump(graph, { elements, infer: inferRules, headings: Object.fromEntries(headings) })
}
