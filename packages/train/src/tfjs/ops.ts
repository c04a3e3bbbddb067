import type { Tensor, Tf } from './library.ts'

/** tfjs's kernels as functions: no types are matched and no gradients recorded, as `tf.add` and its like do. */
export type Ops = ReturnType<typeof opsOf>

export function opsOf(tf: Tf) {
  const engine = tf.engine()
  const run = (kernel: string, inputs: Record<string, Tensor>, attributes: object = {}) =>
    engine.runKernel(kernel, inputs, attributes as never) as Tensor
  const unary = (kernel: string) => (x: Tensor) => run(kernel, { x })
  const binary = (kernel: string) => (a: Tensor, b: Tensor) => run(kernel, { a, b })
  return {
    run,
    add: binary('Add'),
    sub: binary('Sub'),
    mul: binary('Multiply'),
    div: binary('RealDiv'),
    neg: unary('Neg'),
    exp: unary('Exp'),
    log: unary('Log'),
    sqrt: unary('Sqrt'),
    /** Another tensor with the same numbers. */
    copy: unary('Identity'),
    scalar: (value: number) => tf.scalar(value, 'float32'),
    constant: (values: readonly number[], dims: number[]) => tf.tensor(values as number[], dims, 'float32'),
    zeros: (dims: number[]) => run('Fill', {}, { shape: dims, value: 0, dtype: 'float32' }),
    /** `a · b`, or with one or both of them transposed; matrices all. */
    product: (a: Tensor, b: Tensor, { transposeA = false, transposeB = false } = {}) =>
      run('BatchMatMul', { a, b }, { transposeA, transposeB }),
    sum: (x: Tensor, axis: number[], keepDims = false) => run('Sum', { x }, { axis, keepDims }),
    mean: (x: Tensor, axis: number[], keepDims = false) => run('Mean', { x }, { axis, keepDims }),
    max: (x: Tensor, reductionIndices: number[], keepDims = false) => run('Max', { x }, { reductionIndices, keepDims }),
    reshape: (x: Tensor, shape: number[]) => run('Reshape', { x }, { shape }),
    transpose: (x: Tensor, perm: number[]) => run('Transpose', { x }, { perm }),
    pad: (x: Tensor, paddings: [number, number][], constantValue: number) =>
      run('PadV2', { x }, { paddings, constantValue }),
    slice: (x: Tensor, begin: number[], size: number[]) => run('Slice', { x }, { begin, size }),
  }
}
