import type { Dim } from '@pixelrow/onnx'
import { sourceError } from '../../error.ts'
import { show } from '../keras/config.ts'

/** An operator of a TensorFlow graph as model.json has it. */
export interface GraphNode {
  name: string
  op: string
  /** What it takes, by `name` or `name:output`, without what it only waits for. */
  inputs: string[]
  attributes: Readonly<Record<string, unknown>>
  /** Its place in the file. */
  position: number
}

/** Reads the nodes of a graph by name. */
export function parseGraph(topology: unknown): Map<string, GraphNode> {
  const list = (topology as { node?: unknown } | null)?.node
  if (!Array.isArray(list)) throw sourceError('The topology has no list "node"; expected a TensorFlow graph.')
  const nodes = new Map<string, GraphNode>()
  list.forEach((entry: unknown, position) => {
    const { name, op, input = [], attr = {} } = (entry ?? {}) as Record<string, unknown>
    const inputs =
      Array.isArray(input) && input.every((each) => typeof each === 'string') ? (input as string[]) : undefined
    if (typeof name !== 'string' || typeof op !== 'string' || !inputs || typeof attr !== 'object')
      throw sourceError(`node[${position}] is ${show(entry)}; expected name, op, input and attr.`, {
        params: { position, found: show(entry) },
      })
    const data = inputs.filter((each) => !each.startsWith('^'))
    nodes.set(name, { name, op, inputs: data, attributes: (attr ?? {}) as Record<string, unknown>, position })
  })
  return nodes
}

/** What errors call a node. */
export function subjectOf({ name, op, position }: GraphNode): string {
  return `Node ${JSON.stringify(name)} (${op}) at node[${position}]`
}

/** A node's name and which of its outputs a reference means. */
export function outputRef(reference: string): { name: string; output: number } {
  const at = reference.lastIndexOf(':')
  const output = at < 0 ? '' : reference.slice(at + 1)
  return /^\d+$/.test(output)
    ? { name: reference.slice(0, at), output: Number(output) }
    : { name: reference, output: 0 }
}

type Field = Record<string, unknown> | undefined

const fieldOf = ({ attributes }: GraphNode, name: string): Field => (attributes[name] ?? undefined) as Field

/** Throws the error of a node's attribute. */
function damaged(node: GraphNode, attribute: string, value: unknown): never {
  const message = `${subjectOf(node)}: its attribute ${attribute} is ${show(value)}, which cannot be read.`
  throw sourceError(message, { params: { node: node.name, attribute, found: show(value) } })
}

function wholeOf(node: GraphNode, name: string, value: unknown): number {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN
  return Number.isSafeInteger(number) ? number : damaged(node, name, value)
}

/** An attribute as a whole number. */
export function intAttribute(node: GraphNode, name: string, fallback = 0): number {
  const value = fieldOf(node, name)?.i
  return value === undefined ? fallback : wholeOf(node, name, value)
}

/** An attribute as a number. */
export function floatAttribute(node: GraphNode, name: string, fallback = 0): number {
  const value = fieldOf(node, name)?.f
  if (value === undefined) return fallback
  return Number.isFinite(Number(value)) ? Number(value) : damaged(node, name, value)
}

/** An attribute as true or false; a missing one is false, as protobuf writes it. */
export function boolAttribute(node: GraphNode, name: string): boolean {
  return fieldOf(node, name)?.b === true
}

/** An attribute as a text, which the JSON holds in base64. */
export function textAttribute(node: GraphNode, name: string, fallback = ''): string {
  const value = fieldOf(node, name)?.s
  return value === undefined ? fallback : textOf(value)
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return String.fromCharCode(...value)
  try {
    return atob(String(value))
  } catch {
    return String(value)
  }
}

function listOf(node: GraphNode, name: string, kind: 'i' | 's'): unknown[] {
  const list = fieldOf(node, name)?.list as Record<string, unknown> | null | undefined
  const values = list?.[kind] ?? []
  return Array.isArray(values) ? values : damaged(node, name, list)
}

/** An attribute as a list of whole numbers. */
export function intsAttribute(node: GraphNode, name: string): number[] {
  return listOf(node, name, 'i').map((value) => wholeOf(node, name, value))
}

/** An attribute as a list of texts. */
export function textsAttribute(node: GraphNode, name: string): string[] {
  return listOf(node, name, 's').map(textOf)
}

const types: Readonly<Record<string, string>> = {
  1: 'DT_FLOAT',
  2: 'DT_DOUBLE',
  3: 'DT_INT32',
  9: 'DT_INT64',
  10: 'DT_BOOL',
  19: 'DT_HALF',
}

/** The element types that tfjs has, by TensorFlow's names or numbers. tfjs keeps 64-bit numbers in 32 bits. */
const dataTypes = {
  DT_FLOAT: 'float32',
  DT_DOUBLE: 'float32',
  DT_HALF: 'float32',
  DT_INT32: 'int32',
  DT_INT64: 'int32',
  DT_BOOL: 'bool',
} as const

/** An element type, by an attribute or a field of a signature; undefined for one that no operator here takes. */
export function dataTypeOf(value: unknown): (typeof dataTypes)[keyof typeof dataTypes] | undefined {
  const name = types[String(value)] ?? String(value)
  return Object.hasOwn(dataTypes, name) ? dataTypes[name as keyof typeof dataTypes] : undefined
}

/** The element type that an attribute names. */
export function typeAttribute(node: GraphNode, name: string) {
  return dataTypeOf(fieldOf(node, name)?.type)
}

/** The sizes of a TensorShapeProto; undefined where the rank is unknown. Sizes that a run decides are `''`. */
export function shapeOf(shape: unknown): Dim[] | undefined {
  const { dim, unknownRank } = (shape ?? { unknownRank: true }) as { dim?: unknown; unknownRank?: boolean }
  if (unknownRank) return undefined
  const list = Array.isArray(dim) ? dim : []
  return list.map((each) => {
    const size = Number((each as { size?: unknown })?.size ?? 0)
    return Number.isSafeInteger(size) && size >= 0 ? size : ''
  })
}

/** The shape that an attribute holds. */
export function shapeAttribute(node: GraphNode, name: string): Dim[] | undefined {
  return shapeOf(fieldOf(node, name)?.shape)
}
