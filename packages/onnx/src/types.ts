/** Element types of tensors, by the names ONNX runtimes use in JavaScript. */
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

/** A dimension: a size, or a name for a size known when the model runs (`'N'`). */
export type Dim = number | string

/** Type and shape of a value. No `dims` means that the rank is unknown. */
export interface TensorType {
  dataType: DataType
  dims?: readonly Dim[]
}

/** A value in a graph under construction: its name, with the type that shape inference gave it. */
export interface Value {
  readonly name: string
  readonly dataType: DataType
  readonly dims: readonly Dim[]
}

/** A constant tensor. `data` holds the elements in row-major order; bool is one byte an element, 16-bit floats are their bits. */
export interface Tensor {
  name?: string
  dataType: DataType
  dims: readonly number[]
  data: TensorData
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

/** An operator's attribute, tagged by kind because a JavaScript number does not tell 1 from 1.0. */
export type Attribute =
  | { int: number | bigint }
  | { ints: readonly (number | bigint)[] }
  | { float: number }
  | { floats: readonly number[] }
  | { string: string }
  | { strings: readonly string[] }
  | { tensor: Tensor }
  | { graph: Graph }

/** One operator application. An empty string among `inputs` or `outputs` leaves an optional one out. */
export interface Node {
  opType: string
  /** `''` is ONNX's own domain. */
  domain: string
  name: string
  inputs: readonly string[]
  outputs: readonly string[]
  attributes: Readonly<Record<string, Attribute>>
}

/** A graph's input, output or intermediate value with its type. */
export interface ValueInfo {
  name: string
  type: TensorType
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
}
