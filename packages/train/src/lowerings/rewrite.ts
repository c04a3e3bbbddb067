import { type Graph, graphBuilder, type Node, renamed, sizeOf } from '@pixelrow/onnx'
import type { Mask } from '../masks.ts'
import { inferRules } from '../operators.ts'
import type { LayoutChoice } from '../types.ts'
import { blocksOf } from './cpu/blocks/index.ts'
import { permutationOf } from './cpu/blocks/layout.ts'
import type { DeviceLowering } from './device.ts'
import { type Fusion, fusionsOf, type OpenFusion, openFusion } from './horizontal-fusion.ts'
import type { LoopCarried, Lowered } from './lowered.ts'
import { fuse } from './plain/fuse.ts'
import { ruleFor } from './plain/index.ts'

/** How a device's rules are applied. */
export interface Rewriting extends DeviceLowering {
  /** What convolutions work on; 1 where all is plain. */
  block: number
}

/**
 * Rewrites a graph by a device's rules: operators that have one through it, all others as they are; then fuses what can be. What becomes of a node
 * is named after it.
 */
export function rewritten(given: Graph, { rules, hasBlocks, prepare, ...rest }: Rewriting): Lowered {
  const graph = prepare?.(given) ?? given
  const block = hasBlocks ? rest.block : 1
  const g = graphBuilder(graph.name, { infer: inferRules, prefix: 'lowered' })
  const { variants, take, choices, stem, layouts } = blocksOf(graph, g, block)
  const layoutOf = (name: string) => layouts.get(name) ?? 'plain'
  const fusions = fusionsOf(graph, { most: rest.fused, saves: rest.fusionSaves })
  const fused = new Set(fusions.flatMap(stateOf))
  for (const { name, type } of graph.inputs) {
    const { dims: stated = [] } = type
    const dims = name === 'pixels' && stem ? [...stated.slice(0, 1), stem.byteOrder.length] : stated
    if (!fused.has(name)) variants.set(name, g.input(name, type.dataType, dims), layoutOf(name), dims.map(Number))
  }
  for (const tensor of graph.initializers) {
    const { name, dims } = tensor
    if (name) variants.set(name, g.constant(tensor, name), 'plain', dims.map(Number))
  }
  const open = fusions.map((fusion, number) => openFusion(fusion, { graph: g, variants, layoutOf, number }))
  const masks: Mask[] = []
  const choose = (node: Node) => (choice: Pick<LayoutChoice, 'formulation' | 'reason'>) =>
    void choices.push({ node: node.name, operator: node.opType, layout: 'plain', ...choice })
  const lowerPlain = (node: Node) => {
    const { opType, domain, name, outputs, attributes } = node
    const inputs = node.inputs.map((input) => variants.find(input, 'plain'))
    const rule = ruleFor(node, rules)
    const results = rule
      ? rule({ g: g.scope(name), inputs, attributes, addMask: (mask) => void masks.push(mask), choose: choose(node) })
      : g.ops(opType, inputs, attributes, { domain, name, outputs: [...outputs], count: outputs.length })
    results.forEach((result, i) => {
      variants.set(outputs[i]!, result, 'plain', result.dims.map(Number))
    })
  }
  for (const node of graph.nodes) if (!fusions.some((fusion) => fusion.has(node)) && !take(node)) lowerPlain(node)
  for (const { finish } of open) finish()
  for (const { name } of graph.outputs) {
    const before = name.replace(/:next$/, '')
    if (!fused.has(before)) g.output(variants.get(name, layoutOf(before)), name)
  }
  const permutations = new Map(
    graph.inputs.flatMap(({ name, type }) => {
      const layout = layoutOf(name)
      return layout === 'plain' ? [] : [[name, permutationOf((type.dims ?? []).map(Number), layout, block)] as const]
    }),
  )
  const loopCarried = [...unfused(graph, fused, permutations), ...fusedState(fusions, open, permutations)]
  const lowered = fuse(renamed(g.build(), variants.names()))
  return { graph: lowered, masks, loopCarried, permutations, choices, byteOrder: stem?.byteOrder }
}

/** The names of all state that a fusion carries on. */
function stateOf({ members, suffixes }: Fusion): string[] {
  return members.flatMap(({ parameter }) => suffixes.map((suffix) => `${parameter}${suffix}`))
}

type Permutations = ReadonlyMap<string, Int32Array>

/** State that is in no fusion. */
function unfused(graph: Graph, fused: ReadonlySet<string>, permutations: Permutations): LoopCarried[] {
  const next = new Set(graph.outputs.map(({ name }) => name))
  return graph.inputs.flatMap(({ name, type }): LoopCarried[] => {
    const dims = type.dims!.map(Number)
    const parts = [{ name, size: sizeOf(dims), permutation: permutations.get(name) }]
    return next.has(`${name}:next`) && !fused.has(name) ? [{ name, dims, parts }] : []
  })
}

/** The state of fusions, that of all members in a row. */
function fusedState(
  fusions: readonly Fusion[],
  open: readonly OpenFusion[],
  permutations: Permutations,
): LoopCarried[] {
  return fusions.flatMap(({ members }, i) =>
    [...open[i]!.names].map(([suffix, name]): LoopCarried => {
      const parts = members.map(({ parameter, dims }) => {
        const part = `${parameter}${suffix}`
        return { name: part, size: sizeOf(dims), permutation: permutations.get(part) }
      })
      return { name, dims: [open[i]!.size], parts }
    }),
  )
}
