// ZipMap makes a list of maps of scores, class by class, as scikit-learn's converter does unless it is told otherwise. onnxruntime's JavaScript
// cannot give such an output; the scores that go in are the same numbers.
import { type ProtobufField, protobufFields } from '@pixelrow/onnx/metadata'
import type { FileGraph } from './graph.ts'

/** The outputs of a graph that are made by ZipMap. */
export function mapOutputs({ nodes, outputs }: FileGraph): string[] {
  const made = nodes.flatMap((node) => (node.opType === 'ZipMap' ? node.outputs : []))
  return outputs.flatMap(({ name }) => (made.includes(name) ? [name] : []))
}

/** The same file with the scores themselves under the names of these outputs. */
export function withScores(bytes: Uint8Array, graph: FileGraph): Uint8Array {
  const maps = mapOutputs(graph)
  const changed = new Map<number, Uint8Array>()
  for (const { place, inputs, outputs } of graph.nodes)
    if (maps.includes(outputs[0]!)) changed.set(place.from, message(1, identity(inputs[0]!, outputs[0]!)))
  for (const { name, place } of graph.outputs)
    if (maps.includes(name)) changed.set(place.from, message(12, concat(text(1, name), floatTensor)))
  const body = replaced(bytes, graph.place, changed)
  const whole = replaced(bytes, undefined, new Map([[graph.place.from, message(7, body)]]))
  return hasDefaultOperators(bytes) ? whole : concat(whole, defaultOperators)
}

/** NodeProto: input 1, output 2, op_type 4. */
const identity = (input: string, output: string) => concat(text(1, input), text(2, output), text(4, 'Identity'))

/** ValueInfoProto.type 2, TypeProto.tensor_type 1: elem_type 1 is float32, shape 2 has two dimensions of which nothing is known. */
const floatTensor = message(2, message(1, Uint8Array.of(0x08, 1, 0x12, 4, 0x0a, 0, 0x0a, 0)))

/** OperatorSetIdProto: version 2 is 13, of the domain without a name. A file of `ai.onnx.ml` alone need not have it. */
const defaultOperators = message(8, Uint8Array.of(0x10, 13))

function hasDefaultOperators(bytes: Uint8Array): boolean {
  const imports = [...protobufFields(bytes)].filter(({ number, kind }) => number === 8 && kind === 2)
  const domainOf = (entry: ProtobufField) => [...protobufFields(bytes, entry)].find(({ number }) => number === 1)
  return imports.some((entry) => {
    const domain = domainOf(entry)
    return !domain || ['', 'ai.onnx'].includes(new TextDecoder().decode(bytes.subarray(domain.from, domain.to)))
  })
}

/** A message, or all of the file, with other fields in place of those that begin somewhere. */
function replaced(bytes: Uint8Array, at: ProtobufField | undefined, by: Map<number, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = []
  let end = at?.from ?? 0
  for (const { from, to } of protobufFields(bytes, at)) {
    parts.push(by.get(from) ?? bytes.subarray(end, to))
    end = to
  }
  return concat(...parts)
}

/** A field with a length in front. */
function message(number: number, content: Uint8Array): Uint8Array {
  const length: number[] = []
  for (let rest = content.length; ; rest = Math.floor(rest / 128)) {
    length.push(rest < 128 ? rest : (rest % 128) + 128)
    if (rest < 128) return concat(Uint8Array.of(number * 8 + 2, ...length), content)
  }
}

const text = (number: number, value: string) => message(number, new TextEncoder().encode(value))

function concat(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
