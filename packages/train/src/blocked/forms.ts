import type { GraphBuilder, Value } from '@pixelrow/onnx'
import { type BlockLayout, fromBlocks, type Layout, toBlocks } from './layout.ts'

/** The values of the graph being lowered, each in the layouts somebody asked for. A layout changes only where it must. */
export interface Forms {
  /** Enters a value in the layout it was made in; `dims` are those of the plain tensor. */
  set(name: string, value: Value, layout: Layout, dims: readonly number[]): void
  /** The value in a layout; undefined where there is no such value. */
  get(name: string, layout: Layout): Value | undefined
  /** The layout a value was made in. */
  made(name: string): Layout | undefined
}

/** The forms of no values yet. */
export function formsOf(g: GraphBuilder, block: number): Forms {
  const entries = new Map<string, { made: Layout; dims: readonly number[]; forms: Map<Layout, Value> }>()
  function get(name: string, layout: Layout): Value | undefined {
    const entry = entries.get(name)
    if (!entry) return undefined
    const { made, dims, forms } = entry
    const found = forms.get(layout)
    if (found) return found
    const value =
      layout === 'plain'
        ? fromBlocks(g, forms.get(made)!, made as BlockLayout, { dims, block })
        : toBlocks(g, get(name, 'plain')!, layout, block)
    forms.set(layout, value)
    return value
  }
  return {
    get,
    made: (name) => entries.get(name)?.made,
    set: (name, value, layout, dims) =>
      void entries.set(name, { made: layout, dims, forms: new Map([[layout, value]]) }),
  }
}
