export { float, floats, graphAttribute, int, ints, string, strings, tensorAttribute } from './attribute.ts'
export { type BuilderOptions, type GraphBuilder, graphBuilder, type OpOptions } from './builder.ts'
export { check } from './check.ts'
export { dataTypeCode, dataTypeOf } from './datatypes.ts'
export { broadcast } from './dims.ts'
export { type DumpOptions, dump } from './dump.ts'
export { OnnxError, type OnnxErrorCode } from './error.ts'
export { embedExternal, externalBytes, externalFiles } from './external.ts'
export type { InferRule } from './infer/rule.ts'
export { type InferOptions, inferShapes } from './infershapes.ts'
export { type Operand, type Operands, operandsOf } from './operands.ts'
export { read } from './read.ts'
export { renamed } from './rename.ts'
export { bool, float32, float64, int8, int32, int64, sizeOf, tensor, uint8 } from './tensor.ts'
export type {
  Attribute,
  AttributeValue,
  DataType,
  Dim,
  FieldValue,
  Graph,
  Message,
  Model,
  Node,
  Tensor,
  TensorData,
  TensorType,
  Value,
  ValueInfo,
} from './types.ts'
export { bodiesOf, type GraphView, readsOf, viewOf } from './view.ts'
export { write } from './write.ts'
