import { availableParallelism } from 'node:os'
import type { Model } from '@pixelrow/model'
import { parameters, validateModel } from '@pixelrow/model'
import { isA } from '../../../common/kinds.ts'
import { show, whole } from '../../../common/options.ts'
import { areFloats, type PixelValues } from '../../../common/values.ts'
import { check } from './check.ts'
import { compileForward } from './engines/here.ts'
import { TrainError } from './error.ts'
import { argmax, softmax } from './metrics.ts'
import { forwardGraph } from './training-graph.ts'

/**
 * Classifies rows with a model's weights, through the same forward graph that training used (to check an exported file against).
 *
 * `pixels` holds whole images one after the other, values of 0 to the model's `maxValue`, or floats where it takes those; `threads` is 1 or more (default: as many as the
 * machine has cores). Gives each row's class index and `rows × classes` probabilities.
 */
export async function predict(
  model: Model,
  pixels: Uint8Array | Float32Array,
  options: { threads?: number } = {},
): Promise<{ labels: Uint16Array; probabilities: Float32Array }> {
  check('predict', options, { threads: whole(1) })
  const { threads = availableParallelism() } = options
  validateModel(model)
  const { height, width, channels } = model.architecture.input.shape
  const imageBytes = height * width * channels
  requirePixels(pixels, model)
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

function requirePixels(pixels: PixelValues, { architecture: { input } }: Model): void {
  const { height, width, channels } = input.shape
  const imageBytes = height * width * channels
  const refuse = (found: string, expected: string) => {
    const message = `pixels has ${found}, expected ${expected}.`
    throw new TrainError({ code: 'TRAIN_PIXELS_INVALID', params: { found, expected }, message })
  }
  const kind = input.dataType ? 'Float32Array' : 'Uint8Array'
  if (!isA(pixels, kind)) refuse(`the value ${show(pixels)}`, `a ${kind}`)
  if (pixels.length % imageBytes !== 0) {
    refuse(
      `${pixels.length} ${areFloats(pixels) ? 'floats' : 'bytes'}`,
      `a multiple of ${imageBytes} (${height}×${width}×${channels})`,
    )
  }
  const at = areFloats(pixels)
    ? pixels.findIndex((value) => !Number.isFinite(value))
    : input.maxValue < 255
      ? pixels.findIndex((value) => value > input.maxValue)
      : -1
  if (at >= 0)
    refuse(
      `${pixels[at]} in row ${Math.floor(at / imageBytes)}`,
      areFloats(pixels) ? 'finite numbers' : `values of 0 to ${input.maxValue}`,
    )
}
