import type { Model } from '@pixelrow/onnx'

/** Says in the metadata which numbers a file computes in, and drops what only float32 weights can be read back with. */
export function withPrecision(model: Model, precision: 'float16' | 'int8'): Model {
  const { 'pixelrow.unfolded': _, ...metadata } = model.metadata ?? {}
  return { ...model, metadata: { ...metadata, 'pixelrow.precision': precision } }
}
