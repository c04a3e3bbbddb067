import type { GraphBuilder, Node, Value } from '@pixelrow/onnx'
import { imageSizes } from '../../../../image-sizes.ts'
import type { LayoutChoice } from '../../../../types.ts'
import type { SortedImages } from '../conv.ts'
import type { Normalized } from '../norm.ts'
import type { Tiling } from '../pool.ts'
import type { Shapes } from '../shapes.ts'
import type { Stem } from '../stem.ts'
import type { Variants } from '../variants.ts'

/** One node for one of the rules. */
export interface Site {
  node: Node
  g: GraphBuilder
  variants: Variants
  block: number
  shapes: Shapes
  state: State
}

/** What rules remember for later nodes. */
export interface State {
  sources: Map<string, SortedImages>
  /** By the name of what was pooled: the largest pixel of each row of a window. */
  columns: Map<string, Value>
  /** Gradients of averages that are spread when they are multiplied. */
  spread: Map<string, { gradient: Value; tiling: Tiling }>
  /** By the name of a batch normalisation's normalised images. */
  normalized: Map<string, Normalized>
  done: Set<Node>
  stem: Stem | undefined
  choices: LayoutChoice[]
}

export type Rule = (site: Site) => boolean

export function setImages({ variants, shapes }: Site, name: string, value: Value): void {
  variants.set(name, value, 'images', shapes.dims(name))
}

export const isImages = (variants: Variants, name: string) => variants.made(name) === 'images'

export function extentOf(dims: readonly number[]) {
  const [batch, channels, height, width] = imageSizes({ dims })
  return { batch, channels, height, width }
}

/** The output of the relu that alone reads a value and is made with it; gradients read what comes out of a relu, never what goes in. */
export function reluAfter({ shapes, state }: Site, name: string): string | undefined {
  const [reader, ...more] = shapes.readers(name)
  if (reader?.opType !== 'Relu' || more.length > 0) return undefined
  state.done.add(reader)
  return reader.outputs[0]
}
