import { isA } from '../../../common/kinds.ts'
import { anything, whole } from '../../../common/options.ts'
import { format } from './format.ts'
import type { InferRule } from './infer/rule.ts'
import { inferShapes } from './infershapes.ts'
import { checked } from './options.ts'
import type { Attribute, Graph, Message, Model, Node, Tensor, TensorType, ValueInfo } from './types.ts'

/** Options of the text form. */
export interface DumpOptions {
  /** How many elements of a constant are shown; default 8. */
  elements?: number
  /** Lines to put before nodes of the graph (none within it), by the node's place among them. */
  headings?: Readonly<Record<number, string>>
  /** Shape rules for operators of your own, as for the builder. */
  infer?: Readonly<Record<string, InferRule>>
}

/**
 * A model or graph as text to read: a line a node with the types of its outputs, subgraphs indented below theirs, large
 * constants abbreviated. The same model gives the same text; it is not meant to be parsed.
 */
export function dump(source: Model | Graph, options: DumpOptions = {}): string {
  const rules = { elements: whole(0), headings: anything, infer: anything }
  const { elements = 8, headings = {}, infer = {} } = checked('dump', options, rules)
  const typed = inferShapes(source, { infer, strict: false })
  const lines =
    'graph' in typed
      ? [...modelLines(typed), ...graphLines(typed.graph, elements, headings)]
      : graphLines(typed, elements, headings)
  return `${lines.join('\n')}\n`
}

function modelLines({ irVersion, opsets, producerName, producerVersion, metadata = {}, extra = {} }: Model): string[] {
  const sets = Object.entries(opsets).map(([domain, version]) => `${domain || 'onnx'} ${version}`)
  const producer = [producerName, producerVersion].filter((text) => text !== undefined)
  return [
    `model: ir ${irVersion}, opset ${sets.join(', ')}`,
    ...(producer.length ? [`producer: ${producer.map((text) => JSON.stringify(text)).join(' ')}`] : []),
    ...Object.entries(metadata).map(([key, value]) => `metadata: ${JSON.stringify(key)} = ${JSON.stringify(value)}`),
    ...extraLines(extra),
  ]
}

/** Fields that our types do not model are named, with how much is in them. */
function extraLines(extra: Message): string[] {
  return Object.entries(extra).map(([field, value]) => {
    if (isA(value, 'Uint8Array')) return `${field}: ${value.length} bytes`
    if (Array.isArray(value)) return `${field}: ${value.length} entries`
    return `${field}: ${typeof value === 'object' ? 'a message' : text(value)}`
  })
}

function graphLines(graph: Graph, elements: number, headings: Readonly<Record<number, string>> = {}): string[] {
  const types = new Map([...(graph.values ?? []), ...graph.outputs].map(({ name, type }) => [name, type]))
  const head = `graph ${text(graph.name)}(${borders(graph.inputs)}) -> (${borders(graph.outputs)})`
  const body = [
    ...extraLines(graph.extra ?? {}),
    ...graph.initializers.map(
      (tensor) => `${reference(tensor.name ?? '')}: ${format(tensor)} = ${tensorText(tensor, elements)}`,
    ),
    ...graph.nodes.flatMap((node, at) => {
      const heading = headings[at]
      return [...(heading === undefined ? [] : [heading]), ...nodeLines(node, types, elements)]
    }),
  ]
  return [head, ...indented(body)]
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}

function borders(infos: readonly ValueInfo[]): string {
  return infos.map(({ name, type }) => declared(name, type)).join(', ')
}

function declared(name: string, type: TensorType | undefined): string {
  if (name === '') return '_'
  if (!type || (type.dataType === 'undefined' && !type.extra)) return reference(name)
  return `${reference(name)}: ${typeText(type)}`
}

function typeText(type: TensorType): string {
  return type.dataType === 'undefined' && type.extra ? Object.keys(type.extra).join(' ') : format(type)
}

function nodeLines(node: Node, types: ReadonlyMap<string, TensorType>, elements: number): string[] {
  const outputs = node.outputs.map((name) => declared(name, types.get(name))).join(', ')
  const inputs = node.inputs.map((name) => (name === '' ? '_' : reference(name))).join(', ')
  const operator = node.domain ? `${node.domain}:${node.opType}` : node.opType
  const attributes = Object.entries(node.attributes).sort(([a], [b]) => (a < b ? -1 : 1))
  const inline = attributes.map(([name, value]) => `${name}=${attributeText(value, elements)}`).join(', ')
  const graphs = attributes.flatMap(([name, value]) => {
    const inside = 'graph' in value ? [value.graph] : 'graphs' in value ? value.graphs : []
    return inside.flatMap((graph) => withName(name, graphLines(graph, elements)))
  })
  return [`${outputs} = ${operator}(${inputs})${inline ? ` {${inline}}` : ''}`, ...indented(graphs)]
}

function withName(name: string, [head, ...rest]: string[]): string[] {
  return [`${name}: ${head}`, ...rest]
}

function attributeText(attribute: Attribute, elements: number): string {
  if ('int' in attribute) return String(attribute.int)
  if ('ints' in attribute) return `[${attribute.ints.join(', ')}]`
  if ('float' in attribute) return decimal(attribute.float)
  if ('floats' in attribute) return `[${attribute.floats.map(decimal).join(', ')}]`
  if ('string' in attribute) return JSON.stringify(attribute.string)
  if ('strings' in attribute) return `[${attribute.strings.map((text) => JSON.stringify(text)).join(', ')}]`
  if ('tensor' in attribute) return `${format(attribute.tensor)} ${tensorText(attribute.tensor, elements)}`
  if ('tensors' in attribute) return `[${attribute.tensors.map((tensor) => format(tensor)).join(', ')}]`
  if ('graph' in attribute) return 'graph'
  if ('graphs' in attribute) return `${attribute.graphs.length} graphs`
  const reference = attribute.other.ref_attr_name
  return reference === undefined ? `{${Object.keys(attribute.other).join(', ')}}` : `@${reference}`
}

/** Whole floats keep a point, so that 1.0 and 1 read apart. Seven digits are what float32 has. */
function decimal(value: number): string {
  const short = Number(value.toPrecision(7))
  return Number.isInteger(short) && Math.abs(short) < 1e15 ? `${short}.0` : String(short)
}

function tensorText({ dataType, dims, data, extra }: Tensor, elements: number): string {
  if (extra?.data_location) return '(kept in another file)'
  const real = dataType === 'float32' || dataType === 'float64'
  const shown = Array.from(data.slice(0, elements) as unknown[], (value) => {
    if (typeof value === 'string') return JSON.stringify(value)
    return real ? decimal(value as number) : String(value)
  })
  if (dims.length === 0 && data.length === 1) return shown.join()
  return `{${[...shown, ...(data.length > elements ? ['…'] : [])].join(', ')}}`
}

function text(value: unknown): string {
  if (typeof value !== 'string') return String(value)
  return /^[\w./:-]+$/.test(value) ? value : JSON.stringify(value)
}

function reference(name: string): string {
  return `%${text(name)}`
}
