import { kindOf } from './layers/index.ts'
import type { LayerParameter } from './layers/kind.ts'
import { strictArchitecture, withLayer } from './parse.ts'
import type { Shape } from './shape.ts'
import type { Architecture, Layer } from './types.ts'

/** A layer with what it is fed, what it gives, and what it costs. */
export interface Step {
  index: number
  layer: Layer
  input: Shape
  output: Shape
  parameters: LayerParameter[]
  flops: number
}

/** Goes along a checked architecture, from the image to the logits. */
export function walk(architecture: Architecture): Step[] {
  const { input, layers } = strictArchitecture(architecture)
  let shape: Shape = [input.shape.channels, input.shape.height, input.shape.width]
  return layers.map((layer, index) => {
    const step = withLayer(index, () => stepOf(layer, index, shape))
    shape = step.output
    return step
  })
}

function stepOf(layer: Layer, index: number, input: Shape): Step {
  const kind = kindOf(layer.type, index)
  const output = kind.output(layer, input, `layer ${index} (${layer.type})`)
  return { index, layer, input, output, parameters: kind.parameters(layer, input), flops: kind.flops(layer, input) }
}
