import type { Architecture } from '@pixelrow/model'
import type { Value } from '@pixelrow/onnx'
import { inputLayer, takesImage } from './input.ts'
import { applyLayers } from './layers.ts'
import type { Surroundings } from './surroundings.ts'

/**
 * Appends a network to the graph of `surroundings`: from raw pixels, uint8 `[N, height × width × channels]` or images in the model's own order,
 * to logits float32 `[N, classes]`. `asImage` gives the first layer an image where it would not need one; default: it gets one where it does.
 */
export function forward(
  surroundings: Surroundings,
  architecture: Architecture,
  pixels: Value,
  options: { asImage?: boolean } = {},
): Value {
  const { asImage = takesImage(architecture) } = options
  return applyLayers(
    surroundings,
    architecture.layers,
    inputLayer(surroundings.g, architecture.input, pixels, { asImage }),
  )
}
