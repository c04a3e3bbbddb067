import { attributeFrom, attributeTo } from './attributeproto.ts'
import { OnnxError } from './error.ts'
import { list, messages, optionalText, type Part, properties, putter, taker, text } from './fields.ts'
import { tensorFrom, tensorTo } from './tensorproto.ts'
import { safeNumber, typePart } from './typeproto.ts'
import type { Attribute, Graph, Message, Model, Node, ValueInfo } from './types.ts'

const names: Part<readonly string[]> = { from: (value) => (value as string[]) ?? [], to: list }

const opsets: Part<Record<string, number>> = {
  from: (value) =>
    Object.fromEntries(messages(value).map((id) => [id.domain ?? '', safeNumber('an opset version', id.version)])),
  to: (value) => list(Object.entries(value).map(([domain, version]) => ({ domain, version }))),
}

const integer: Part<number> = { from: (value) => safeNumber('ir_version', value), to: (value) => value || undefined }

/** A model of a ModelProto. */
export function modelFrom(message: Message): Model {
  if (!message.graph)
    throw new OnnxError('no graph in it: this is no ONNX model, or an empty one', { code: 'ONNX_DAMAGED' })
  const { take, drop, extra } = taker(message)
  const producerName = take('producer_name', optionalText)
  const producerVersion = take('producer_version', optionalText)
  const metadata = take('metadata_props', properties)
  drop('graph')
  return {
    irVersion: take('ir_version', integer),
    opsets: take('opset_import', opsets),
    graph: graphFrom(message.graph as Message),
    ...(producerName !== undefined && { producerName }),
    ...(producerVersion !== undefined && { producerVersion }),
    ...(metadata !== undefined && { metadata }),
    ...extra(),
  }
}

/** ModelProto of a model. */
export function modelTo(model: Model): Message {
  const { put, set, message } = putter(model.extra)
  put('ir_version', integer, model.irVersion)
  put('producer_name', optionalText, model.producerName)
  put('producer_version', optionalText, model.producerVersion)
  put('opset_import', opsets, model.opsets)
  put('metadata_props', properties, model.metadata)
  set('graph', graphTo(model.graph))
  return message
}

/** A graph of a GraphProto. */
export function graphFrom(message: Message): Graph {
  const { take, drop, extra } = taker(message)
  const name = take('name', text)
  drop('node', 'input', 'output', 'initializer', 'value_info')
  return {
    name,
    nodes: messages(message.node).map(nodeFrom),
    inputs: messages(message.input).map(valueFrom),
    outputs: messages(message.output).map(valueFrom),
    initializers: messages(message.initializer).map(tensorFrom),
    ...(message.value_info && { values: messages(message.value_info).map(valueFrom) }),
    ...extra(),
  }
}

/** GraphProto of a graph. */
export function graphTo(graph: Graph): Message {
  const { put, set, message } = putter(graph.extra)
  put('name', text, graph.name)
  set('node', list(graph.nodes.map(nodeTo)))
  set('input', list(graph.inputs.map(valueTo)))
  set('output', list(graph.outputs.map(valueTo)))
  set('initializer', list(graph.initializers.map(tensorTo)))
  set('value_info', list((graph.values ?? []).map(valueTo)))
  return message
}

function nodeFrom(message: Message): Node {
  const { take, drop, extra } = taker(message)
  const name = take('name', text)
  const opType = take('op_type', text)
  const attributes = new Map<string, Attribute>()
  for (const attribute of messages(message.attribute)) {
    const key = (attribute.name as string) ?? ''
    if (attributes.has(key)) {
      const data = { params: { operator: opType, attribute: key }, node: name }
      throw new OnnxError(`node "${name}" (${opType}) has the attribute "${key}" twice`, data)
    }
    attributes.set(key, attributeFrom(attribute))
  }
  drop('attribute')
  return {
    opType,
    domain: take('domain', text),
    name,
    inputs: take('input', names),
    outputs: take('output', names),
    attributes: Object.fromEntries(attributes),
    ...extra(),
  }
}

function nodeTo(node: Node): Message {
  const { put, set, message } = putter(node.extra)
  const subject = `node "${node.name}" (${node.opType})`
  put('op_type', text, node.opType)
  put('domain', text, node.domain)
  put('name', text, node.name)
  put('input', names, node.inputs)
  put('output', names, node.outputs)
  set('attribute', list(Object.entries(node.attributes).map(([name, value]) => attributeTo(subject, name, value))))
  return message
}

function valueFrom(message: Message): ValueInfo {
  const { take, extra } = taker(message)
  return { name: take('name', text), type: take('type', typePart), ...extra() }
}

function valueTo(value: ValueInfo): Message {
  const { put, message } = putter(value.extra)
  put('name', text, value.name)
  put('type', typePart, value.type)
  return message
}
