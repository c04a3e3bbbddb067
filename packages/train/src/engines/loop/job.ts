import { sizeOf, write } from '@pixelrow/onnx'
import { type LoweringDevice, lower } from '../../lowerings/index.ts'
import type { Lowered } from '../../lowerings/lowered.ts'
import type { CompileOptions, TrainingGraph } from '../../types.ts'
import { FORWARD_ROWS, type ForwardJob } from '../forward.ts'
import { asModel } from '../model.ts'
import { withRows } from '../rows.ts'
import { loopModel } from './model.ts'
import type { LoopJob } from './sessions.ts'

/** Where and how a loop trains. */
interface LoopOptions extends CompileOptions {
  device: LoopJob['device']
  /** What the step's convolutions work on. */
  block: number
}

/** The job of a device that runs a `Loop`: a lowered step in its body, and the forward graph. */
export function loopJob(graph: TrainingGraph, step: Lowered, options: LoopOptions): LoopJob {
  const { masks, loopCarried, byteOrder } = step
  const { device, block, pixels, labels, seed, augment, validation, profile, threads } = options
  const model = write(loopModel(graph, step))
  return {
    device,
    training: { model, masks, loopCarried, byteOrder, pixels, labels, seed, augment, profile },
    forward: forwardJob(graph, { device, block, ...(block > 1 && { rows: FORWARD_ROWS }) }),
    validation,
    batchSize: graph.batchSize,
    imageBytes: graph.imageBytes,
    state: graph.state,
    values: options.state,
    threads,
  }
}

/** The forward graph; on blocks, for which there must be a known number of rows, it has that of one run. */
export function forwardJob(
  { forward, state }: Pick<TrainingGraph, 'forward' | 'state'>,
  { rows, ...how }: { device: LoweringDevice; block: number; rows?: number },
): ForwardJob {
  const { graph, byteOrder, permutations } = lower(rows === undefined ? forward : withRows(forward, rows), how)
  const weights = state.flatMap(({ name, dims, kind }) =>
    kind === 'optimizer'
      ? []
      : [{ name, dims, parts: [{ name, size: sizeOf(dims), permutation: permutations.get(name) }] }],
  )
  return { model: write(asModel(graph)), isFixed: rows !== undefined, byteOrder, weights }
}
