import { write } from '@pixelrow/onnx'
import { lower } from '../../lowerings/index.ts'
import { FORWARD_ROWS } from '../forward.ts'
import type { Prepare } from '../prepare.ts'
import { withRows } from '../rows.ts'
import { forwardModel } from './forward.ts'
import { readingModel, stepsModel, stepsOfRun } from './model.ts'

/** Graphs of several steps without a loop, whose state stays on the device. */
export const prepareWebgpu: Prepare = (graph, options) => {
  const { batchSize, imageBytes, scalars } = graph
  const { pixels, labels, seed, augment, validation, profile, state } = options
  const device = 'webgpu'
  const step = lower(graph.step, { device })
  const count = stepsOfRun(step)
  // No more than a step has, or is needed, so that there is memory for them.
  const rows = Math.min(FORWARD_ROWS, Math.max(batchSize, (validation?.length ?? 0) / imageBytes))
  const forward = forwardModel(lower(withRows(graph.forward, rows), { device }), step.loopCarried)
  return {
    job: {
      device,
      steps: { count, model: write(stepsModel(step, count)), single: write(stepsModel(step, 1)) },
      reading: write(readingModel(step)),
      forward: { model: write(forward.model), carried: forward.carried, rows },
      data: { pixels, labels, seed, augment, batchSize, imageBytes, masks: step.masks, scalars },
      validation,
      loopCarried: step.loopCarried,
      state,
      profile,
    },
    layouts: { block: 1, convolutions: step.choices },
  }
}
