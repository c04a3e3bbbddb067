import type { GraphBuilder, Value } from '@pixelrow/onnx'
import { required } from '../../../required.ts'
import { type BlockLayout, fromBlocks, toBlocks, type ValueLayout } from './layout.ts'

/** The values of the graph being lowered, each in the layouts somebody asked for. A layout changes only where it must. */
export interface Variants {
  /** Enters a value in the layout it was made in; `dims` are those of the plain tensor. */
  set(name: string, value: Value, layout: ValueLayout, dims: readonly number[]): void
  /** The value in a layout; throws a `TrainError` where there is no value of the name. */
  get(name: string, layout: ValueLayout): Value
  /** The same; undefined where there is none, as for an operand that is left out. */
  find(name: string, layout: ValueLayout): Value | undefined
  /** The layout a value was made in. */
  made(name: string): ValueLayout | undefined
  /** What nodes' results are to be called: as in the graph that is lowered, with the layout behind it where that is not the one they were made in. */
  names(): Map<string, string>
}

/** The variants of no values yet; `block` is the numbers of a block. */
export function variantsOf(g: GraphBuilder, block: number): Variants {
  const entries = new Map<string, { made: ValueLayout; dims: readonly number[]; variants: Map<ValueLayout, Value> }>()
  function get(name: string, layout: ValueLayout): Value {
    const { made, dims, variants } = required(entries, name, 'value')
    const found = variants.get(layout)
    if (found) return found
    const own = g.scope(`${name}/${layout}`)
    const value =
      layout === 'plain'
        ? fromBlocks(own, required(variants, made, 'layout'), made as BlockLayout, { dims, block })
        : toBlocks(own, get(name, 'plain'), layout, block)
    variants.set(layout, value)
    return value
  }
  function names(): Map<string, string> {
    const produced = new Set(g.nodes.flatMap(({ outputs }) => outputs))
    const result = new Map<string, string>()
    const given = new Set<string>()
    for (const [name, { made, variants }] of entries) {
      for (const [layout, value] of variants) {
        const wanted = layout === made ? name : `${name}/${layout}`
        const isFree = !produced.has(wanted) && !given.has(wanted)
        if (!isFree || !produced.has(value.name) || entries.has(value.name) || result.has(value.name)) continue
        result.set(value.name, wanted)
        given.add(wanted)
      }
    }
    return result
  }
  return {
    get,
    find: (name, layout) => (entries.has(name) ? get(name, layout) : undefined),
    names,
    made: (name) => entries.get(name)?.made,
    set: (name, value, layout, dims) =>
      void entries.set(name, { made: layout, dims, variants: new Map([[layout, value]]) }),
  }
}
