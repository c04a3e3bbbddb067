export { OnnxError, type OnnxErrorCode } from '@pixelrow/onnx'
export { type Description, describe, type Port } from './describe.ts'
export { meanProbabilities, type Shift, shiftImages, shiftsOf } from './ensemble.ts'
export { ExportError, type ExportErrorCode } from './error.ts'
export { toFloat16 } from './float16.ts'
export { fromOnnx } from './fromonnx.ts'
export { toInt8 } from './int8.ts'
export { type MergeOptions, merge } from './merge.ts'
export { optimize } from './optimize/optimize.ts'
export {
  type LabelledRows,
  type PrecisionOptions,
  type PrecisionReport,
  reducePrecision,
} from './precision.ts'
export type { Rows } from './score.ts'
export type { Run, ScoreOptions, Session, SessionTensor } from './session.ts'
export { type ToOnnxOptions, toOnnx } from './toonnx.ts'
export { type Samples, type Verification, verify } from './verify.ts'
export { type SingleFileOptions, toSingleFile } from './whole.ts'
