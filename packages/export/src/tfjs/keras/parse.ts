import type { Tensor } from '@pixelrow/onnx'
import { ExportError, sourceError } from '../../error.ts'
import type { Site } from '../signal.ts'
import type { Config } from './config.ts'
import { show } from './config.ts'
import { eachStep } from './core.ts'
import type { Rule } from './layer.ts'
import { reading, requireAllRead, requireType } from './reading.ts'
import { rules } from './rules.ts'
import { storesOf, type WeightStore } from './weightstore.ts'

/** A tensor in a network: the layer that made it, at which of its calls, and which of its outputs. */
export interface Ref {
  layer: string
  call: number
  output: number
}

/** One layer of a network. */
export interface Layer {
  name: string
  className: string
  /** A view that records what is read of it. */
  config: Config
  /** Refuses what nobody has read of its configuration, once it is lowered. */
  requireRead(site: Site): void
  /** Name, type and position, for errors. */
  subject: string
  /** What each call takes; of a sequential model one call with what the layer before gives. */
  calls: Ref[][]
  /** How it is lowered, unless it is an input or a model. */
  rule?: Rule
  weights: ReadonlyMap<string, Tensor>
  model?: Network
}

/** A model: layers and which of their tensors go in and out. */
export interface Network {
  name: string
  layers: Layer[]
  inputs: Ref[]
  outputs: Ref[]
}

const models = new Set(['Sequential', 'Functional', 'Model'])
const deepest = 50

/** Reads a topology and gives each layer its weights. Throws an `ExportError` for the first layer that is not supported. */
export function parseNetwork(topology: unknown, store: WeightStore, { position = '', depth = 0 } = {}): Network {
  if (depth > deepest) throw sourceError(`${position}: models inside models deeper than ${deepest}.`)
  const { class_name, config } = objectOf(topology, position || 'the topology')
  if (!models.has(String(class_name)))
    throw sourceError(`${position || 'The topology'} is a ${show(class_name)}; expected ${[...models].join(' or ')}.`)
  // Old files hold a sequential model's list of layers without its name.
  const given = Array.isArray(config) ? { layers: config } : objectOf(config, position || 'the model’s config')
  const name = typeof given.name === 'string' ? given.name : ''
  const inside = position ? `${position}.` : ''
  const entries = listOf(given.layers, `${position || 'the model'}: layers`)
  const stores = storesOf(entries, store)
  const layers = entries.map((entry, at) => parseLayer(entry, stores[at]!, `${inside}layers[${at}]`, depth))
  if (layers.length === 0) throw sourceError(`${position || 'The model'} has no layers.`)
  unique(layers, position)
  return class_name === 'Sequential' ? sequential(name, layers) : functional(name, layers, given, position)
}

function unique(layers: readonly Layer[], position: string): void {
  const names = new Set<string>()
  for (const { name } of layers) {
    if (names.has(name)) throw sourceError(`${position || 'The model'} has two layers called ${show(name)}.`)
    names.add(name)
  }
}

function parseLayer(entry: unknown, store: WeightStore, position: string, depth: number): Layer {
  const fields = objectOf(entry, position)
  const given = Array.isArray(fields.config) ? { name: fields.name } : objectOf(fields.config, `${position}.config`)
  const { config, unread } = reading(given)
  const className = String(fields.class_name)
  const name = String(fields.name ?? config.name ?? '')
  const subject = `Layer ${show(name)} (${className}) at ${position}`
  const common = {
    name,
    className,
    config,
    subject,
    requireRead: (site: Site) => {
      requireType(site, config)
      requireAllRead(site, given, unread())
    },
    calls: callsOf(fields.inbound_nodes, { subject, className, keras3: store.writer === 'keras3' }),
    weights: new Map<string, Tensor>(),
  }
  if (className === 'InputLayer') return requireDense(common)
  if (models.has(className)) return { ...common, model: parseNetwork(fields, store, { position, depth: depth + 1 }) }
  if (className === 'TimeDistributed') return { ...common, ...timeDistributed(common, store) }
  const rule = ruleOf(className, subject)
  return { ...common, rule, weights: weightsOf(rule, config, store, [name], subject) }
}

/** Sparse and ragged tensors are none of ONNX's. */
function requireDense(input: Layer): Layer {
  for (const field of ['sparse', 'ragged']) {
    if (input.config[field] !== true) continue
    throw new ExportError(`${input.subject}: ${field} is true; expected false.`, {
      code: 'EXPORT_UNSUPPORTED',
      params: { subject: input.subject, field },
    })
  }
  return input
}

function ruleOf(className: string, subject: string): Rule {
  if (Object.hasOwn(rules, className)) return rules[className]!
  const supported = Object.keys(rules).sort()
  throw new ExportError(`${subject}: this type of layer is not supported. Supported are ${supported.join(', ')}.`, {
    code: 'EXPORT_UNSUPPORTED',
    params: { subject, type: className, supported },
  })
}

/** The wrapped layer's weights are called after the wrapper, or after both. */
function timeDistributed(layer: Omit<Layer, 'rule'>, store: WeightStore): Partial<Layer> {
  const { config, name, subject } = layer
  const wrapped = objectOf(config.layer, `${subject}: layer`)
  const given = objectOf(wrapped.config, `${subject}: layer.config`)
  const inner = reading(given)
  const own = ruleOf(String(wrapped.class_name), `${subject} around ${show(given.name)} (${wrapped.class_name})`)
  const weights = weightsOf(own, inner.config, store.inside('layer'), [name, String(given.name)], subject)
  const rule: Rule = { lower: (call, x) => eachStep({ ...call, config: inner.config }, x, own) }
  const requireRead = (site: Site) => {
    layer.requireRead(site)
    requireType(site, inner.config)
    if (!own.passive) requireAllRead(site, given, inner.unread())
  }
  return { rule, weights, requireRead }
}

function weightsOf(rule: Rule, config: Config, store: WeightStore, names: string[], subject: string) {
  const weights = new Map<string, Tensor>()
  rule.weights?.(config).forEach((weight, index) => {
    const found = names.map((name) => store.take(name, weight, index)).find((tensor) => tensor !== undefined)
    if (!found) throw sourceError(`${subject}: the weights lack ${names[0]}/${weight}. Are all weight files there?`)
    if (found.dataType !== 'float32')
      throw sourceError(`${subject}: its ${weight} is ${found.dataType}; expected float32.`)
    weights.set(weight, found)
  })
  return weights
}

function sequential(name: string, layers: Layer[]): Network {
  const [start] = layers as [Layer, ...Layer[]]
  const implicit = start.className !== 'InputLayer'
  const entry = implicit ? { ...start, ...inputName(start) } : start
  const all = implicit ? [entry, ...layers] : layers
  all.forEach((layer, at) => {
    layer.calls = at === 0 ? [[]] : [[{ layer: all[at - 1]!.name, call: 0, output: 0 }]]
  })
  return {
    name,
    layers: all,
    inputs: [{ layer: entry.name, call: 0, output: 0 }],
    outputs: [{ layer: all.at(-1)!.name, call: 0, output: 0 }],
  }
}

/** The input that a sequential model makes of its first layer's shape: that of the model inside, if the first layer is one. */
function inputName(start: Layer): Partial<Layer> & { name: string } {
  const { model } = start
  const inner = model?.layers.find(({ name }) => name === model.inputs[0]!.layer)
  // What its configuration says is the business of the layer behind it.
  const plain = { className: 'InputLayer', weights: new Map<string, Tensor>(), requireRead: () => {} }
  if (inner) return { ...inner, ...plain, name: inner.name, subject: start.subject }
  return { ...plain, name: `${start.name}_input` }
}

function functional(name: string, layers: Layer[], config: Config, position: string): Network {
  const refs = (field: string) => refsOf(config[field], `${position || 'the model'}: ${field}`)
  const network = { name, layers, inputs: refs('input_layers'), outputs: refs('output_layers') }
  countModelCallsFromZero(network)
  return network
}

/** The calls of a model inside count from 1, because its own making was the first. Some writers count from 0 nevertheless. */
function countModelCallsFromZero({ layers, outputs }: Network): void {
  const refs = [...layers.flatMap(({ calls }) => calls.flat()), ...outputs]
  for (const { name, model } of layers) {
    const own = model ? refs.filter(({ layer }) => layer === name) : []
    if (own.length && own.every(({ call }) => call > 0)) for (const ref of own) ref.call--
  }
}

function callsOf(nodes: unknown, layer: Called): Ref[][] {
  const { subject } = layer
  return (Array.isArray(nodes) ? nodes : []).map((node) => {
    if (!Array.isArray(node)) return keras3Call(objectOf(node, `${subject}: inbound_nodes`), layer)
    const single = typeof node[0] === 'string' ? [node] : node
    for (const entry of single) requireArguments(Array.isArray(entry) ? entry[3] : undefined, layer)
    return refsOf(node, `${subject}: inbound_nodes`)
  })
}

/** Keras 3 nests the operands in the call's arguments. */
function keras3Call({ args, kwargs }: Record<string, unknown>, layer: Called): Ref[] {
  requireArguments(kwargs, layer)
  return keras3Refs(args, layer)
}

function keras3Refs(value: unknown, layer: Called): Ref[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value.flatMap((each) => keras3Refs(each, layer))
  const { class_name, config } = value as { class_name?: unknown; config?: { keras_history?: unknown } }
  if (class_name === '__keras_tensor__') return refsOf([config?.keras_history], 'keras_history')
  return refuseArgument(layer, show(value))
}

/** A layer that is called, and whether its file is Keras 3's. */
interface Called {
  subject: string
  className: string
  keras3: boolean
}

/** What Keras 3 calls as if it were trained unless somebody says otherwise, and then predicts with as if it were not. */
const preparing = /^(Rand|AugMix|CutMix|MixUp|Solarization|Resizing|CenterCrop)/

/** What a call says besides its operands: that it does not train, or that there is no mask. */
function requireArguments(kwargs: unknown, layer: Called): void {
  for (const [name, value] of Object.entries((kwargs ?? {}) as object)) {
    const default3 = layer.keras3 && preparing.test(layer.className) && value === true
    const neutral = value === null || value === undefined || (name === 'training' && (value === false || default3))
    if (!neutral) refuseArgument(layer, `${name}: ${show(value)}`)
  }
}

function refuseArgument({ subject }: Called, found: string): never {
  throw new ExportError(`${subject}: it is called with ${found}, an argument that is not known here.`, {
    code: 'EXPORT_UNSUPPORTED',
    params: { subject, found },
  })
}

/** `[name, call, output]`, or a list of such. */
function refsOf(value: unknown, subject: string): Ref[] {
  const list = listOf(value, subject)
  const single = typeof list[0] === 'string' ? [list] : list
  return single.map((entry) => {
    const [layer, call, output] = Array.isArray(entry) ? entry : []
    if (typeof layer === 'string' && Number.isInteger(call) && Number.isInteger(output)) return { layer, call, output }
    throw sourceError(`${subject}: found ${show(entry)}; expected [layer, call, output].`)
  })
}

function objectOf(value: unknown, subject: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw sourceError(`${subject}: found ${show(value)}; expected an object.`)
}

function listOf(value: unknown, subject: string): unknown[] {
  if (Array.isArray(value)) return value
  throw sourceError(`${subject}: found ${show(value)}; expected a list.`)
}
