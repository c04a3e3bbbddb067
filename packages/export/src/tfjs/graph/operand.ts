import type { Dim, Tensor } from '@pixelrow/onnx'
import type { Operand as Data } from '../elementwise.ts'
import { isSignal } from '../elementwise.ts'
import { constant, fail, plain, type Signal, type Site, toPlain } from '../signal.ts'
import type { GraphNode } from './graphdef.ts'

/** Whole numbers that come from shapes; some are names of sizes, known only when the model runs. */
export interface Sizes {
  readonly sizes: readonly Dim[]
  /** A single number, not a list of one. */
  readonly scalar: boolean
}

/** What flows along an edge of a TensorFlow graph. */
export type Operand = Data | Sizes

/** What an operator's rule is given. */
export interface Call {
  site: Site
  node: GraphNode
  inputs: readonly Operand[]
}

/** How an operator becomes ONNX: one result, or a list. */
export type Rule = (call: Call) => Operand | Operand[]

export function isSizes(operand: Operand): operand is Sizes {
  return 'sizes' in operand
}

/** An input as it is. */
export function operandOf({ site, inputs }: Call, at: number): Operand {
  return inputs[at] ?? fail(site, `it takes more than ${inputs.length} inputs.`)
}

/** An input as a signal or a constant. */
export function dataOf(call: Call, at: number): Data {
  const operand = operandOf(call, at)
  return isSizes(operand) ? tensorOf(call.site, operand) : operand
}

/** An input as a signal; a constant becomes one. */
export function signalOf(call: Call, at: number): Signal {
  return asSignal(call.site, dataOf(call, at), `input_${at}`)
}

export function asSignal(site: Site, operand: Operand, label: string): Signal {
  if (isSizes(operand)) return asSignal(site, tensorOf(site, operand), label)
  return isSignal(operand) ? operand : plain(constant(site, label, operand))
}

/** A signal as in tfjs. */
export function plainOf(call: Call, at: number): Signal {
  return toPlain(call.site, signalOf(call, at))
}

function tensorOf(site: Site, { sizes, scalar }: Sizes): Tensor {
  const data = Int32Array.from(sizes, (size) =>
    typeof size === 'number'
      ? size
      : fail(site, 'it computes with a size that is known only when it runs. Pass inputShapes.'),
  )
  return { dataType: 'int32', dims: scalar ? [] : [data.length], data }
}

/** An input that must be a constant. */
export function tensorAt(call: Call, at: number, what: string): Tensor {
  const operand = dataOf(call, at)
  return isSignal(operand) ? fail(call.site, `its ${what} is computed; expected a constant.`) : operand
}

/** A constant of numbers as a list. */
export function numbersAt(call: Call, at: number, what: string): number[] {
  return Array.from(tensorAt(call, at, what).data as Float32Array, Number)
}

/** A constant of one number. */
export function numberAt(call: Call, at: number, what: string): number {
  const [number, ...more] = numbersAt(call, at, what)
  return number !== undefined && more.length === 0 ? number : fail(call.site, `its ${what} is no single number.`)
}

/** Whole numbers, some of which may be names of sizes; undefined for what is computed from pixels. */
export function sizesOf(operand: Operand): Sizes | undefined {
  if (isSizes(operand)) return operand
  if (isSignal(operand) || operand.dataType !== 'int32' || operand.dims.length > 1) return undefined
  return { sizes: Array.from(operand.data as Int32Array), scalar: operand.dims.length === 0 }
}

/** An input as sizes. */
export function sizesAt(call: Call, at: number, what: string): readonly Dim[] {
  return (
    sizesOf(operandOf(call, at))?.sizes ?? fail(call.site, `its ${what} is computed; expected a constant or a shape.`)
  )
}
