import { type ProtobufField, protobufFields } from '@pixelrow/onnx/metadata'
import { joined } from '../../../../../common/joined.ts'
import { ClassifierError } from '../../errors.ts'

/** A node of a file's graph. */
export interface GraphNode {
  opType: string
  inputs: string[]
  outputs: string[]
  /** Attributes that are lists of whole numbers or texts, as texts: `classlabels_int64s`, `keys_strings`, … */
  lists: Map<string, string[]>
  /** Where it is in the file, without its tag. */
  place: ProtobufField
}

/** What is to be known of a file's graph to find its classes: nodes, outputs, and constants of whole numbers or texts, as texts. */
export interface FileGraph {
  nodes: GraphNode[]
  constants: Map<string, string[]>
  outputs: { name: string; place: ProtobufField }[]
  /** Where the graph is in the file. */
  place: ProtobufField
}

/** More elements are no names of classes. */
const mostClasses = 65_536

/** Reads the graph of a file that a runtime has opened. Undefined where there is none. Throws a RangeError for what is no protobuf. */
export function readGraph(bytes: Uint8Array): FileGraph | undefined {
  const read = reader(bytes)
  const place = read.all(undefined).findLast(({ number, kind }) => number === 7 && kind === 2)
  if (!place) return undefined
  const graph: FileGraph = { nodes: [], constants: new Map(), outputs: [], place }
  for (const field of read.all(place)) {
    if (field.number === 1) addNode(read, field, graph)
    if (field.number === 5) addConstant(read, field, graph.constants)
    if (field.number === 12) graph.outputs.push({ name: read.text(read.all(field).find(is(1))), place: field })
  }
  return graph
}

type Reader = ReturnType<typeof reader>

/** What a message has of a field: texts, numbers, messages. */
function reader(bytes: Uint8Array) {
  const decoder = new TextDecoder()
  const part = ({ from, to }: ProtobufField) => bytes.subarray(from, to)
  const text = (field?: ProtobufField) => (field ? decoder.decode(part(field)) : '')
  const whole = (field: ProtobufField): string[] => {
    const numbers: string[] = []
    let [value, shift] = [0n, 0n]
    for (const byte of part(field)) {
      value |= BigInt(byte & 127) << shift
      shift += 7n
      if (byte > 127) continue
      numbers.push(String(BigInt.asIntN(64, value)))
      ;[value, shift] = [0n, 0n]
    }
    return numbers
  }
  return {
    part,
    text,
    /** Whole numbers, signed: one, or many that are packed. */
    whole,
    all: (message: ProtobufField | undefined) => [...protobufFields(bytes, message)],
  }
}

const is = (wanted: number) => (field: ProtobufField) => field.number === wanted

/** NodeProto: input 1, output 2, op_type 4, attribute 5. */
function addNode(read: Reader, place: ProtobufField, { nodes, constants }: FileGraph): void {
  const fields = read.all(place)
  const texts = (number: number) => fields.filter(is(number)).map(read.text)
  const [opType = ''] = texts(4)
  const [inputs, outputs] = [texts(1), texts(2)]
  const lists = new Map<string, string[]>()
  for (const attribute of fields.filter(is(5))) addAttribute(read, attribute, { lists, constants, output: outputs[0] })
  nodes.push({ opType, inputs, outputs, lists, place })
}

/** AttributeProto: name 1, t 5, ints 8, strings 9. Forests have long lists of other things. */
function addAttribute(
  read: Reader,
  attribute: ProtobufField,
  {
    lists,
    constants,
    output,
  }: Pick<GraphNode, 'lists'> & Pick<FileGraph, 'constants'> & { output: string | undefined },
): void {
  const fields = read.all(attribute)
  const name = read.text(fields.find(is(1)))
  const tensor = fields.find(is(5))
  if (tensor && output !== undefined) addConstant(read, tensor, constants, output)
  if (!/^(classlabels|keys|values)_(ints|int64s|strings)$/.test(name)) return
  const values = [...fields.filter(is(8)).flatMap(read.whole), ...fields.filter(is(9)).map(read.text)]
  if (values.length > 0) lists.set(name, values)
}

/** TensorProto: dims 1, data_type 2 (6 int32, 7 int64, 8 string), int32_data 5, string_data 6, int64_data 7, name 8, raw_data 9. */
function addConstant(read: Reader, tensor: ProtobufField, to: Map<string, string[]>, called?: string): void {
  const fields = read.all(tensor)
  const type = Number(fields.filter(is(2)).flatMap(read.whole)[0])
  const count = fields
    .filter(is(1))
    .flatMap(read.whole)
    .reduce((product, dim) => product * Number(dim), 1)
  if (![6, 7, 8].includes(type) || count > mostClasses) return
  const raw = fields.find(is(9))
  const values = raw
    ? rawNumbers(read.part(raw), type === 7 ? 8 : 4)
    : [
        ...fields.filter(is(6)).map(read.text),
        ...fields.filter((each) => is(5)(each) || is(7)(each)).flatMap(read.whole),
      ]
  to.set(called ?? read.text(fields.find(is(8))), values)
}

function rawNumbers(bytes: Uint8Array, size: 4 | 8): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, at) =>
    String(size === 8 ? view.getBigInt64(at * 8, true) : view.getInt32(at * 4, true)),
  )
}

// ZipMap makes a list of maps of scores, class by class, as scikit-learn's converter does unless it is told otherwise. onnxruntime's JavaScript
// cannot give such an output; the scores that go in are the same numbers.

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
  return joined(Uint8Array, parts)
}

/** Scores as a list of maps, where the file cannot be opened anew without them. */
export function mapsError(name: string, outputs: readonly string[]): ClassifierError {
  return new ClassifierError(
    `${name}: its output '${outputs[0]}' is a list of maps (ZipMap), which onnxruntime's JavaScript cannot give. Convert the model with options={'zipmap': False} of skl2onnx`,
    { code: 'CLASSIFIER_OUTPUT_MAPS', params: { name, outputs: [...outputs] } },
  )
}
