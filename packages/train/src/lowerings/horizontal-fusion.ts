import {
  type Attribute,
  type Graph,
  type GraphBuilder,
  type GraphView,
  int,
  int64,
  type Node,
  sizeOf,
  viewOf,
} from '@pixelrow/onnx'
import { required } from '../required.ts'
import { ELEMENTWISE } from './cpu/blocks/elementwise.ts'
import type { ValueLayout } from './cpu/blocks/layout.ts'
import type { Variants } from './cpu/blocks/variants.ts'
import { reshape } from './plain/shape.ts'

/**
 * A horizontal fusion: updates of several parameters that are the same chain of elementwise operators, as biases' Adam is: one chain over all of them in a
 * row does it with a fraction of the operators, each of which costs microseconds whatever its size.
 */
export interface Fusion {
  members: Member[]
  /** What of each member is carried on: `''` the parameter, `':mean'` what the optimiser remembers under that name. */
  suffixes: string[]
  /** Whether a node belongs to a member's chain, and so is not lowered by itself. */
  has(node: Node): boolean
}

interface Member {
  parameter: string
  dims: number[]
  nodes: Node[]
  /** Values from outside of the parameter's dimensions, in the order of first use: mostly its gradient. */
  external: string[]
}

/** Larger parameters keep every core busy by themselves. */
const LARGEST = 1 << 16
/** A shorter chain is not worth putting the gradients in a row. */
const SHORTEST = 6

/** The horizontal fusions of a step's graph, of at most so many parameters, where so many nodes fall away; loop-carried inputs are those for which there is an output `NAME:next`. */
export function fusionsOf(graph: Graph, { most, saves = 1 }: { most: number; saves?: number }): Fusion[] {
  const groups = new Map<string, { members: Member[]; suffixes: string[] }>()
  const loopCarried = new Set(graph.outputs.map(({ name }) => name.replace(/:next$/, '')))
  const parameters = graph.inputs.filter(({ name }) => loopCarried.has(name) && !name.includes(':'))
  const view = viewOf(graph)
  for (const { name, type } of parameters) {
    const suffixes = graph.inputs.flatMap((input) =>
      input.name.startsWith(`${name}:`) ? [input.name.slice(name.length)] : [],
    )
    const dims = type.dims!.map(Number)
    const found = sizeOf(dims) <= LARGEST ? chainOf(name, ['', ...suffixes], dims, view) : undefined
    if (!found || found.member.nodes.length < SHORTEST) continue
    const group = groups.get(found.signature) ?? { members: [], suffixes: ['', ...suffixes] }
    group.members.push(found.member)
    groups.set(found.signature, group)
  }
  return [...groups.values()]
    .flatMap(({ members, suffixes }) => inParts(members, most).map((part) => ({ members: part, suffixes })))
    .filter(({ members }) => (members.length - 1) * members[0]!.nodes.length >= saves)
    .map(({ members, suffixes }) => {
      const nodes = new Set(members.flatMap((member) => member.nodes))
      return { members, suffixes, has: (node) => nodes.has(node) }
    })
}

function inParts<T>(all: readonly T[], most: number): T[][] {
  const parts: T[][] = []
  for (let start = 0; start < all.length; start += most) parts.push(all.slice(start, start + most))
  return parts
}

/** The elementwise operators between a parameter's gradient and its next values; undefined where others read what lies between. */
function chainOf(
  parameter: string,
  suffixes: string[],
  dims: number[],
  view: GraphView,
): { member: Member; signature: string } | undefined {
  const own = String(dims)
  const chosen = new Set<Node>()
  const wanted = suffixes.map((suffix) => `${parameter}${suffix}:next`)
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const node = view.producer(name)
    if (!node || chosen.has(node) || node.domain !== '' || !ELEMENTWISE.has(node.opType) || dimsOf(view, name) !== own)
      continue
    chosen.add(node)
    wanted.push(...node.inputs)
  }
  const nodes = view.graph.nodes.filter((node) => chosen.has(node))
  const isOwn = nodes.every(({ outputs }) =>
    outputs.every((name) => view.readers(name).every((reader) => chosen.has(reader))),
  )
  if (!isOwn) return undefined
  const roles = new Map(suffixes.map((suffix) => [`${parameter}${suffix}`, `s${suffix}`]))
  const external: string[] = []
  const reference = (name: string): string => {
    const known = roles.get(name)
    if (known !== undefined) return known
    const role = dimsOf(view, name) === own ? `g${external.push(name) - 1}` : `x${name}`
    roles.set(name, role)
    return role
  }
  const lines = nodes.map(({ opType, inputs, outputs, attributes }, i) => {
    const line = `${opType}(${inputs.map(reference)})${describe(attributes)}`
    for (const name of outputs) roles.set(name, `n${i}`)
    return line
  })
  const ends = suffixes.map((suffix) => roles.get(`${parameter}${suffix}:next`))
  if (ends.includes(undefined)) return undefined
  return { member: { parameter, dims, nodes, external }, signature: [...lines, ...ends].join(';') }
}

/** A value's dimensions as text; a constant, which all members share, has none. */
const dimsOf = (view: GraphView, name: string): string => (view.constant(name) ? 'constant' : String(view.dims(name)))

const describe = (attributes: Record<string, Attribute>): string =>
  JSON.stringify(attributes, (_, value) => (typeof value === 'bigint' ? String(value) : value))

/** A fusion's part of the lowered graph: its members' parameters are split at once, `finish` appends the chain. */
export interface OpenFusion {
  /** The names of what it carries on, by suffix, and their length. */
  names: Map<string, string>
  size: number
  finish(): void
}

/** Declares a fusion's inputs, of which the parameters are split off in their layouts. */
export function openFusion(
  { members, suffixes }: Fusion,
  {
    graph,
    variants,
    layoutOf,
    number,
  }: { graph: GraphBuilder; variants: Variants; layoutOf(name: string): ValueLayout; number: number },
): OpenFusion {
  const label = `fused_${number}`
  const g = graph.scope(label)
  const sizes = members.map(({ dims }) => sizeOf(dims))
  const size = sizes.reduce((sum, count) => sum + count, 0)
  const names = new Map(suffixes.map((suffix) => [suffix, `${label}${suffix}`]))
  const inputs = new Map([...names].map(([suffix, name]) => [suffix, g.input(name, 'float32', [size])]))
  const parts = g.ops('Split', [inputs.get(''), g.constant(int64(sizes))], { axis: int(0) }, { count: members.length })
  members.forEach(({ parameter, dims }, i) => {
    variants.set(parameter, reshape(g, parts[i]!, dims), layoutOf(parameter), dims)
  })

  function finish(): void {
    const [{ parameter: first, nodes, external }] = members as [Member]
    const flat = new Map([...inputs].map(([suffix, value]) => [`${first}${suffix}`, value]))
    external.forEach((name, slot) => {
      const rows = members.map((member, i) =>
        reshape(g, variants.get(member.external[slot]!, layoutOf(member.parameter)), [sizes[i]!]),
      )
      flat.set(name, g.op('Concat', rows, { axis: int(0) }))
    })
    for (const node of nodes) {
      const operands = node.inputs.map((name) => flat.get(name) ?? variants.find(name, 'plain'))
      flat.set(node.outputs[0]!, g.op(node.opType, operands, node.attributes))
    }
    for (const [suffix, name] of names) g.output(required(flat, `${first}${suffix}:next`, 'value'), `${name}:next`)
  }
  return { names, size, finish }
}
