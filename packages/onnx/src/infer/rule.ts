import { compatible } from '../dims.ts'
import type { Attribute, DataType, Dim, Tensor, TensorType, Value } from '../types.ts'

/**
 * An operator's shape inference: the types of its outputs from those of its inputs (`undefined` where an optional one is
 * left out), its attributes, and the constants among its inputs. An error that it throws is given the operator's name, its
 * node and the shapes of its inputs in front. `outputs` is how many outputs the node has.
 */
export type InferRule = (
  inputs: (Value | undefined)[],
  attributes: Readonly<Record<string, Attribute>>,
  constantOf: (value: Value) => Tensor | undefined,
  outputs: number,
) => TensorType[]

export type Rules = Readonly<Record<string, InferRule>>
export type Attributes = Readonly<Record<string, Attribute>>
export type Inputs = readonly (Value | undefined)[]
export type ConstantOf = (value: Value) => Tensor | undefined

/** Thrown where a rule asks for the sizes of a value whose rank is not known: there is nothing that it could say of shapes. */
export const unknownRank = new Error('its rank is not known')

/** A value of which a rule may be told the type alone: asking for its sizes throws `unknownRank`. */
export function asValue(name: string, { dataType, dims }: TensorType): Value {
  if (dims && dims.length <= MAX_RANK) return { name, dataType, dims }
  return {
    name,
    dataType,
    get dims(): readonly Dim[] {
      throw unknownRank
    },
  }
}

/** A value's type; without sizes where its rank is not known. */
export function typeOf(value: Value): TensorType {
  try {
    return type(value.dataType, value.dims)
  } catch (error) {
    if (error === unknownRank) return type(value.dataType)
    throw error
  }
}

/** The input that an operator cannot do without. */
export function required(inputs: Inputs, index: number): Value {
  const value = inputs[index]
  if (!value) throw new Error(`input ${index} is missing`)
  return value
}

/** An integer attribute. */
export function intOf(attributes: Attributes, name: string, fallback: number): number {
  const attribute = attributes[name]
  if (attribute === undefined) return fallback
  if ('int' in attribute) return Number(attribute.int)
  throw new Error(`attribute "${name}" is tagged ${Object.keys(attribute)[0]}, expected int`)
}

/** A list of integers as an attribute. */
export function intsOf(attributes: Attributes, name: string): number[] | undefined {
  const attribute = attributes[name]
  if (attribute === undefined) return undefined
  if ('ints' in attribute) return attribute.ints.map(Number)
  throw new Error(`attribute "${name}" is tagged ${Object.keys(attribute)[0]}, expected ints`)
}

/** A string attribute. */
export function stringOf(attributes: Attributes, name: string, fallback: string): string {
  const attribute = attributes[name]
  if (attribute === undefined) return fallback
  if ('string' in attribute) return attribute.string
  throw new Error(`attribute "${name}" is tagged ${Object.keys(attribute)[0]}, expected string`)
}

/** The integers of a constant input; undefined where it is left out or not constant. */
export function constantInts(constantOf: ConstantOf, value: Value | undefined): number[] | undefined {
  const constant = value && constantOf(value)
  return constant && Array.from(constant.data as Int32Array, Number)
}

/** The integers that older operator sets keep in an attribute and newer ones in an input; undefined where not known. */
export function intsFrom(
  attributes: Attributes,
  name: string,
  constantOf: ConstantOf,
  value?: Value,
): number[] | undefined {
  return intsOf(attributes, name) ?? constantInts(constantOf, value)
}

/** An axis counted from the front. */
export function axisOf(axis: number, rank: number): number {
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis
  throw new Error(`axis ${axis} is outside rank ${rank}`)
}

/** Throws unless the value has one of these ranks. */
export function assertRank(value: Value, ...ranks: number[]): void {
  if (ranks.includes(value.dims.length)) return
  throw new Error(`%${value.name} has rank ${value.dims.length}, expected ${ranks.join(' or ')}`)
}

/** Throws unless all values given have the same element type. */
export function assertSameType(...values: (Value | undefined)[]): void {
  const types = new Set(values.flatMap((value) => (value ? [value.dataType] : [])))
  if (types.size > 1) throw new Error(`element types differ: ${[...types].join(', ')}; put a Cast in between`)
}

/** Throws unless two sizes can be the same. */
export function assertEqual(subject: string, a: Dim, b: Dim): void {
  if (!compatible(a, b)) throw new Error(`${subject}: ${a} and ${b} differ`)
}

/** An output type. */
export function type(dataType: DataType, dims?: readonly Dim[]): TensorType {
  return dims ? { dataType, dims } : { dataType }
}

/** Far beyond any runtime's; a file may claim more, and must not make us allocate it. */
export const MAX_RANK = 256

/** A value of `rank` sizes of which nothing is known. */
export function unknownDims(rank: number): Dim[] {
  if (rank > MAX_RANK) throw new Error(`a shape of rank ${rank}; no runtime goes beyond ${MAX_RANK}`)
  return new Array<Dim>(rank).fill('')
}
