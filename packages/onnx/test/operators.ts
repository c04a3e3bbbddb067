import { type Attribute, type Dim, graphBuilder, type Tensor } from '@pixelrow/onnx'

/** An input's shape (float32 unless a type is in front), a constant, or none. */
export type Given =
  | readonly Dim[]
  | { type: 'int64' | 'bool' | 'uint8' | 'float64'; dims: readonly Dim[] }
  | Tensor
  | undefined
export type Attributes = Record<string, Attribute>

/** The shapes of an operator's outputs as text. */
export function infer(opType: string, given: Given[], attributes: Attributes = {}, count = 1): string {
  const g = graphBuilder('g')
  const values = given.map((input, index) => {
    if (input === undefined) return undefined
    if ('data' in input) return g.constant(input)
    if ('type' in input) return g.input(`x${index}`, input.type, input.dims)
    return g.input(`x${index}`, 'float32', input)
  })
  const outputs = g.ops(opType, values, attributes, { count })
  return outputs
    .map(({ dataType, dims }) => `${dataType}[${dims.map((dim) => dim || (dim === 0 ? 0 : '?'))}]`)
    .join(' ')
}

/** An int64 input. */
export const i = (dims: readonly Dim[]) => ({ type: 'int64', dims }) as const

/** A bool input. */
export const b = (dims: readonly Dim[]) => ({ type: 'bool', dims }) as const

/** A batch of pictures. */
export const image = ['N', 3, 28, 28]
