import { dataTypeCode, dataTypeOf } from './datatypes.ts'
import { OnnxError } from './error.ts'
import { type Part, same } from './fields.ts'
import type { Dim, FieldValue, Message, TensorType } from './types.ts'

/** A value's type as TypeProto. What `dataType` and `dims` do not say (denotations, sequences, …) stays in `extra`. */
export const typePart: Part<TensorType> = {
  from: (value) => {
    if (value === undefined) return { dataType: 'undefined' }
    const type = plainType(value as Message)
    return same(typeMessage(type), value) ? type : { ...type, extra: value as Message }
  },
  to: (type) => {
    const { extra, ...plain } = type
    return extra && same(plainType(extra), plain) ? extra : typeMessage(plain)
  },
}

function plainType(message: Message): TensorType {
  const tensor = message.tensor_type as Message | undefined
  const shape = tensor?.shape as Message | undefined
  const dataType = dataTypeOf(Number(tensor?.elem_type ?? 0))
  return shape ? { dataType, dims: ((shape.dim as Message[]) ?? []).map(dimOf) } : { dataType }
}

function dimOf(dim: Message): Dim {
  return dim.dim_value === undefined ? ((dim.dim_param as string) ?? '') : safeNumber('a dimension', dim.dim_value)
}

function typeMessage({ dataType, dims }: TensorType): Message | undefined {
  if (dataType === 'undefined' && !dims) return undefined
  const shape = dims && (dims.length > 0 ? { dim: dims.map(dimMessage) } : {})
  const elem_type = dataTypeCode(dataType) || undefined
  return { tensor_type: { ...(elem_type && { elem_type }), ...(shape && { shape }) } }
}

function dimMessage(dim: Dim): Message {
  if (typeof dim === 'number') return { dim_value: dim }
  return dim === '' ? {} : { dim_param: dim }
}

/** A 64-bit integer of the file where only numbers make sense. */
export function safeNumber(subject: string, value: FieldValue | undefined): number {
  if (typeof value !== 'bigint') return (value as number | undefined) ?? 0
  const message = `${subject} is ${value}; numbers beyond 2^53 are not exact, and no such model runs`
  throw new OnnxError(message, { params: { subject, found: String(value) } })
}
