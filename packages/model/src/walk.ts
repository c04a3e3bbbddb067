import { withLayer } from './error.ts'
import { kindOf } from './layers/index.ts'
import type { LayerParameter } from './layers/kind.ts'
import { strictArchitecture } from './parse.ts'
import type { Shape } from './shape.ts'
import type { Architecture, Layer } from './types.ts'

/** A layer with what it is fed, what it gives, and what it costs by itself. */
export interface Step {
  /** Its index; `3.layers.1` inside a residual layer. */
  path: string
  layer: Layer
  input: Shape
  output: Shape
  parameters: LayerParameter[]
  flops: number
  /** The steps of the layers inside it, in the order of `parameters`. */
  inner: Step[]
}

/** Goes along a checked architecture, from the image to the logits. */
export function walk(architecture: Architecture): Step[] {
  const { input, layers } = strictArchitecture(architecture)
  return walkLayers(layers, '', [input.shape.channels, input.shape.height, input.shape.width])
}

/** Each step before those inside it. */
export function flattened(steps: readonly Step[]): Step[] {
  return steps.flatMap((step) => [step, ...flattened(step.inner)])
}

function walkLayers(layers: readonly Layer[], prefix: string, input: Shape): Step[] {
  let shape = input
  return layers.map((layer, index) => {
    const path = `${prefix}${index}`
    const step = withLayer(path, () => stepOf(layer, path, shape))
    shape = step.output
    return step
  })
}

function stepOf(layer: Layer, path: string, input: Shape): Step {
  const kind = kindOf(layer.type, path)
  const branches = Object.entries(kind.branches?.(layer) ?? {}).map(([name, layers]) =>
    walkLayers(layers, `${path}.${name}.`, input),
  )
  const ends = branches.map((steps) => steps.at(-1)?.output ?? input)
  const output = kind.output(layer, input, `layer ${path} (${layer.type})`, ends)
  const flops = kind.flops(layer, input, output)
  return { path, layer, input, output, parameters: kind.parameters(layer, input), flops, inner: branches.flat() }
}
