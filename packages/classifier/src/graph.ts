import { type ProtobufField, protobufFields } from '@pixelrow/onnx/metadata'

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
