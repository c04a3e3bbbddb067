import { OnnxError } from '@pixelrow/onnx'
import { ExportError, sourceError } from '../../error.ts'
import { fail, type Lowering, type Signal, type Site } from '../signal.ts'
import type { Layer, Network, Ref } from './parse.ts'

/** Appends a network's nodes to the graph; `name` goes before its layers' names. Gives its outputs. */
export function runNetwork(network: Network, lowering: Lowering, inputs: readonly Signal[], name = ''): Signal[] {
  const results = new Map<string, readonly Signal[]>()
  network.inputs.forEach(({ layer }, at) => {
    const given = inputs[at]
    if (!given)
      throw sourceError(`Model ${network.name} takes ${network.inputs.length} tensors, found ${inputs.length}.`, {
        params: { model: network.name, expected: network.inputs.length, found: inputs.length },
      })
    results.set(keyOf({ layer, call: 0 }), [given])
  })
  let open = network.layers.flatMap((layer) => layer.calls.map((operands, call) => ({ layer, call, operands })))
  open = open.filter((each) => !results.has(keyOf({ layer: each.layer.name, call: each.call })))
  while (open.length) {
    const waiting = open.filter(({ layer, call, operands }) => {
      const signals = operands.map((ref) => outputOf(results, ref))
      if (!complete(signals)) return true
      results.set(keyOf({ layer: layer.name, call }), runLayer(layer, lowering, signals, name))
      return false
    })
    const [stuck] = waiting
    if (stuck && waiting.length === open.length)
      throw sourceError(`${stuck.layer.subject}: its input comes from nowhere.`, {
        params: { subject: stuck.layer.subject },
      })
    open = waiting
  }
  return network.outputs.map((ref) => outputOf(results, ref) ?? missing(network, ref))
}

const keyOf = ({ layer, call }: { layer: string; call: number }) => `${call} ${layer}`

function outputOf(results: ReadonlyMap<string, readonly Signal[]>, ref: Ref): Signal | undefined {
  return results.get(keyOf(ref))?.[ref.output]
}

function complete(signals: readonly (Signal | undefined)[]): signals is Signal[] {
  return signals.every((signal) => signal !== undefined)
}

function missing({ name }: Network, { layer, call }: Ref): never {
  throw sourceError(`Model ${name}: no layer gives its output ${layer} (call ${call}).`, {
    params: { model: name, layer, call },
  })
}

function runLayer(layer: Layer, lowering: Lowering, inputs: readonly Signal[], outside: string): Signal[] {
  const { className, config, rule, weights, subject, model, requireRead } = layer
  const name = outside ? `${outside}/${layer.name}` : layer.name
  if (model) return runNetwork(model, lowering, inputs, name)
  const site: Site = { lowering, name, subject }
  if (!rule || !inputs[0]) return fail(site, `a layer of type ${className} without an input.`)
  const weight = (key: string) => weights.get(key) ?? fail(site, `its weights lack ${key}.`)
  const result = explained(site, () => rule.lower({ site, config, weight, inputs }, inputs[0]!))
  if (!rule.passive) requireRead(site)
  return [result]
}

/** Shapes that do not fit are found while the graph is built; the layer they are in is what a reader looks for. */
export function explained<T>(site: Site, lower: () => T): T {
  try {
    return lower()
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error
    throw new ExportError(`${site.subject}: ${error.message}`, {
      code: 'EXPORT_UNSUPPORTED',
      params: { subject: site.subject, reason: error.message },
      cause: error,
    })
  }
}
