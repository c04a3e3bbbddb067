import { availableParallelism } from 'node:os'
import type { Model } from '@pixelrow/model'
import { parameters, validateModel } from '@pixelrow/model'
import { compileForward } from './engines/onnxruntime.ts'
import { argmax, softmax } from './metrics.ts'
import { forwardGraph } from './training-graph.ts'

/**
 * Classifies rows with a model's weights, through the same forward graph that training used (to check an exported file against).
 *
 * `pixels` holds whole images one after the other. Gives each row's class index and `rows × classes` probabilities.
 */
export async function predict(
  model: Model,
  pixels: Uint8Array,
  { threads = availableParallelism() }: { threads?: number } = {},
): Promise<{ labels: Uint16Array; probabilities: Float32Array }> {
  validateModel(model)
  const { height, width, channels } = model.architecture.input.shape
  const imageBytes = height * width * channels
  if (pixels.length % imageBytes !== 0) {
    throw new RangeError(
      `pixels has ${pixels.length} bytes, expected a multiple of ${imageBytes} (${height}×${width}×${channels}).`,
    )
  }
  const state = parameters(model.architecture).map(({ name, dims }) => ({
    name,
    dims: [...dims],
    next: '',
    kind: 'weight' as const,
  }))
  const values = Object.fromEntries(state.map(({ name }) => [name, model.weights[name]!.data]))
  const trainer = await compileForward(
    { forward: forwardGraph(model.architecture, imageBytes), state, imageBytes },
    { state: values, threads },
  )
  try {
    const logits = await trainer.logits(pixels)
    const classes = model.classes.length
    const labels = Uint16Array.from({ length: pixels.length / imageBytes }, (_, row) =>
      argmax(logits, row * classes, classes),
    )
    return { labels, probabilities: softmax(logits, classes) }
  } finally {
    await trainer.close()
  }
}
