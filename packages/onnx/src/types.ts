/**
 * Element types of tensors, by the names ONNX runtimes use in JavaScript. `'undefined'` is a value whose type is not
 * stated, is no tensor (a sequence, map, optional, sparse or opaque type) or has a number this package does not know.
 */
export type DataType =
  | 'float32'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'string'
  | 'bool'
  | 'float16'
  | 'float64'
  | 'uint32'
  | 'uint64'
  | 'bfloat16'
  | 'complex64'
  | 'complex128'
  | 'float8e4m3fn'
  | 'float8e4m3fnuz'
  | 'float8e5m2'
  | 'float8e5m2fnuz'
  | 'float8e8m0'
  | 'float4e2m1'
  | 'float6e2m3'
  | 'float6e3m2'
  | 'uint4'
  | 'int4'
  | 'uint2'
  | 'int2'
  | 'undefined'

/**
 * A dimension: a size, a name for a size known when the model runs (`'N'`, or a product such as `'196*N'`), or `''` for
 * a size of which nothing is known.
 */
export type Dim = number | string

/** Type and shape of a value. No `dims` means that the rank is unknown. */
export interface TensorType {
  dataType: DataType
  dims?: readonly Dim[]
  /** The file's own TypeProto where `dataType` and `dims` do not say all of it; written again while they still match it. */
  extra?: Message
}

/** A value in a graph under construction: its name, with the type that shape inference gave it. */
export interface Value {
  readonly name: string
  readonly dataType: DataType
  readonly dims: readonly Dim[]
}

/**
 * A constant tensor. `data` holds the elements in row-major order; bool is one byte an element, 16-bit floats are their
 * bits, complex numbers are pairs, 8-bit floats and smaller are the file's bytes (two 4-bit elements a byte, low first).
 */
export interface Tensor {
  name?: string
  dataType: DataType
  dims: readonly number[]
  data: TensorData
  /** The file keeps the elements in the field of their type (`float_data`, …); otherwise in `raw_data`. */
  typed?: boolean
  /** Fields of TensorProto that are not above: `doc_string`, `external_data` (then `data` is empty), … */
  extra?: Message
}

export type TensorData =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | string[]

/**
 * A protobuf message as plain data, by the field names of onnx.proto: 64-bit integers are numbers where a number holds
 * them exactly, otherwise bigints. `unknown` holds the bytes of fields that onnx.proto does not have.
 */
export interface Message {
  [field: string]: FieldValue | undefined
}

export type FieldValue = number | bigint | string | Uint8Array | Message | readonly FieldValue[]

/** An operator's attribute, tagged by kind because a JavaScript number does not tell 1 from 1.0. */
export type Attribute = AttributeValue & {
  /** Fields of AttributeProto beside its name and value, e.g. `doc_string`. */
  extra?: Message
}

export type AttributeValue =
  | { int: number | bigint }
  | { ints: readonly (number | bigint)[] }
  | { float: number }
  | { floats: readonly number[] }
  | { string: string }
  | { strings: readonly string[] }
  | { tensor: Tensor }
  | { graph: Graph }
  | { tensors: readonly Tensor[] }
  | { graphs: readonly Graph[] }
  /** Any other kind (sparse tensors, types, a function's reference to its own attribute) as AttributeProto without its name. */
  | { other: Message }

/** One operator application. An empty string among `inputs` or `outputs` leaves an optional one out. */
export interface Node {
  opType: string
  /** `''` is ONNX's own domain. */
  domain: string
  name: string
  inputs: readonly string[]
  outputs: readonly string[]
  attributes: Readonly<Record<string, Attribute>>
  /** Fields of NodeProto that are not above: `doc_string`, `metadata_props`, `overload`, … */
  extra?: Message
}

/** A graph's input, output or intermediate value with its type. */
export interface ValueInfo {
  name: string
  type: TensorType
  /** Fields of ValueInfoProto that are not above. */
  extra?: Message
}

/** Nodes in execution order, with the graph's borders and constants. */
export interface Graph {
  name: string
  nodes: Node[]
  inputs: ValueInfo[]
  outputs: ValueInfo[]
  initializers: Tensor[]
  /** Types of intermediate values; may be empty. */
  values?: ValueInfo[]
  /** Fields of GraphProto that are not above: `sparse_initializer`, `quantization_annotation`, … */
  extra?: Message
}

/** An ONNX model. */
export interface Model {
  /** ONNX IR version; 8 unless there is a reason. */
  irVersion: number
  /** Operator-set version by domain, e.g. `{ '': 17 }`. */
  opsets: Record<string, number>
  graph: Graph
  producerName?: string
  producerVersion?: string
  /** `metadata_props`, in file order. */
  metadata?: Record<string, string>
  /** Fields of ModelProto that are not above: `domain`, `model_version`, `functions`, `training_info`, … */
  extra?: Message
}
