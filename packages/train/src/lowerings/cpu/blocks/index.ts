import type { Graph, GraphBuilder, Node } from '@pixelrow/onnx'
import { DOMAIN } from '../../../operators.ts'
import type { LayoutChoice } from '../../../types.ts'
import { ELEMENTWISE } from './elementwise.ts'
import type { BlockLayout } from './layout.ts'
import { reasonAgainst } from './plan.ts'
import { convGradInputRule, convGradWeightRule, convRule, geometryOfConv } from './rules/conv.ts'
import { elementwise, gemmRule, orthogonalizeRule, reshapeRule } from './rules/flat.ts'
import { batchNormalizationRule, batchNormGradRule, batchNormRule } from './rules/norm.ts'
import {
  averagePoolGradRule,
  averagePoolRule,
  channelSumRule,
  expandRule,
  globalAveragePoolRule,
  maxPoolGradRule,
  maxPoolRule,
  mulRule,
} from './rules/pool.ts'
import { extentOf, type Rule, type State } from './rules/site.ts'
import { type Shapes, shapesOf } from './shapes.ts'
import { findStem, type Stem } from './stem.ts'
import { type Variants, variantsOf } from './variants.ts'

/** The part of the lowering that works on blocks. */
export interface Blocks {
  variants: Variants
  /** Lowers a node if it is better done on blocks; false leaves it to the plain formulation. */
  take(node: Node): boolean
  choices: LayoutChoice[]
  stem: Stem | undefined
  /** The layouts of inputs that do not come plain. */
  layouts: Map<string, BlockLayout>
}

const rules: Readonly<Record<string, Rule>> = {
  Conv: convRule,
  [`${DOMAIN}:ConvGradInput`]: convGradInputRule,
  [`${DOMAIN}:ConvGradWeight`]: convGradWeightRule,
  AveragePool: averagePoolRule,
  [`${DOMAIN}:AveragePoolGrad`]: averagePoolGradRule,
  [`${DOMAIN}:MaxPool`]: maxPoolRule,
  MaxPool: maxPoolRule,
  BatchNormalization: batchNormalizationRule,
  [`${DOMAIN}:MaxPoolGrad`]: maxPoolGradRule,
  [`${DOMAIN}:BatchNormTrain`]: batchNormRule,
  [`${DOMAIN}:BatchNormGrad`]: batchNormGradRule,
  GlobalAveragePool: globalAveragePoolRule,
  ReduceSum: channelSumRule,
  Expand: expandRule,
  Reshape: reshapeRule,
  Gemm: gemmRule,
  [`${DOMAIN}:Orthogonalize`]: orthogonalizeRule,
  Mul: mulRule,
}

/** Prepares the lowering of a step's graph onto blocks of `block` numbers. */
export function blocksOf(graph: Graph, g: GraphBuilder, block: number): Blocks {
  if (block === 1) {
    return { variants: variantsOf(g, block), take: () => false, choices: [], stem: undefined, layouts: new Map() }
  }
  const shapes = shapesOf(graph)
  const variants = variantsOf(g, block)
  const stem = findStem(shapes, block)
  const state: State = {
    sources: new Map(),
    columns: new Map(),
    spread: new Map(),
    normalized: new Map(),
    done: new Set(stem?.replaced),
    stem,
    choices: [],
  }
  return {
    variants,
    choices: state.choices,
    stem,
    layouts: inputLayouts(shapes, stem, block),
    take(node) {
      if (state.done.has(node)) return true
      const key = node.domain ? `${node.domain}:${node.opType}` : node.opType
      const site = { node, g: g.scope(node.name), variants, block, shapes, state }
      return rules[key]?.(site) ?? (ELEMENTWISE.has(key) && elementwise(site))
    },
  }
}

/** Weights of blocked convolutions and of what follows flattened blocks, with what the optimiser remembers about them (inputs named after them). */
function inputLayouts(shapes: Shapes, stem: Stem | undefined, block: number): Map<string, BlockLayout> {
  const { graph } = shapes
  const layouts = new Map<string, BlockLayout>()
  const assign = (weight: string, layout: BlockLayout) => {
    for (const { name } of graph.inputs) if (name === weight || name.startsWith(`${weight}:`)) layouts.set(name, layout)
  }
  for (const node of graph.nodes) {
    const [x, weight] = node.inputs as [string, string]
    if (node.opType === 'Conv' && !reasonAgainst(geometryOfConv(node, shapes), block, stem?.images === x))
      assign(weight, 'filters')
    const flattened = node.opType === 'Gemm' && layouts.size > 0 ? shapes.producer(x) : undefined
    const images = flattened?.opType === 'Reshape' ? shapes.dims(flattened.inputs[0]!) : []
    if (images.length !== 4) continue
    const { batch, channels, height, width } = extentOf(images)
    if (batch % block || channels % block || height * width === 1) continue
    assign(weight, `rows/${height * width}`)
  }
  return layouts
}
