import { type GraphBuilder, int, int64, ints, type Value } from '@pixelrow/onnx'
import { operands } from '../../operands.ts'
import { integer } from '../../operators.ts'
import type { Lowering } from '../plain/lowering.ts'

/**
 * A sum over axes that are apart, one stretch of neighbours after the other, the last first: for each onnxruntime has a kernel of its own, for all at
 * once it would ask cuDNN.
 */
export const reduceSum: Lowering = ({ g, inputs: [x, axes], attributes }) => {
  const known = axes && g.constantOf(axes)
  const stretches = known ? stretchesOf([...known.data].map(Number)) : []
  if (stretches.length < 2) return [g.op('ReduceSum', axes ? [x!, axes] : [x!], { ...attributes })]
  const keepdims = int(attributes.keepdims ? integer(attributes.keepdims) : 1)
  const sum = (value: Value, stretch: number[]) => g.op('ReduceSum', [value, g.constant(int64(stretch))], { keepdims })
  return [stretches.reduceRight(sum, x!)]
}

/** Neighbouring numbers together. */
function stretchesOf(axes: number[]): number[][] {
  const stretches: number[][] = []
  for (const axis of [...axes].sort((a, b) => a - b)) {
    const last = stretches.at(-1)
    if (last?.at(-1) === axis - 1) last.push(axis)
    else stretches.push([axis])
  }
  return stretches
}

/** Each channel's sum over the batch and, for images, their pixels, in a shape that meets x channel by channel; of the squares where asked for. */
export function channelSum(g: GraphBuilder, x: Value, { squared = false } = {}): Value {
  const isImage = x.dims.length > 2
  const inner = isImage ? [2, 3] : [0]
  const first = squared
    ? g.op('ReduceSumSquare', [x], { axes: ints(inner), keepdims: int(1) })
    : g.op('ReduceSum', [x, g.constant(int64(inner))], { keepdims: int(1) })
  return isImage ? g.op('ReduceSum', [first, g.constant(int64([0]))], { keepdims: int(1) }) : first
}

/** The operands of a rule about channels: how many values each has. */
export function valuesOfChannel(inputs: readonly (Value | undefined)[], operator: string): number {
  const [x] = operands(inputs, 1, operator)
  const [batch, , ...size] = x.dims.map(Number)
  return size.reduce((product, length) => product * length, batch!)
}
