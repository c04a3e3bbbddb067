import type { Tensor } from '@pixelrow/onnx'
import { isSignal, nary, type Operand } from './elementwise.ts'
import { firstOrder, permuted } from './permute.ts'
import { constant, emit, type FlatImage, fail, first, plain, type Signal, type Site, toPlain } from './signal.ts'

/** `x · kernel + bias` along the last axis; the kernel is `[values, units]`. */
export function dense(site: Site, x: Signal, kernel: Tensor, bias: Tensor | undefined): Signal {
  if (x.dims.at(-1) !== kernel.dims[0])
    fail(site, `its kernel takes ${kernel.dims[0]} values, found an input [${x.dims}].`)
  if (x.layout === 'first') return asConvolution(site, x, kernel, bias)
  const offset = (label: string) => bias && constant(site, label, bias)
  if (x.dims.length === 2) {
    const weight = constant(site, 'kernel', x.layout === 'flat' ? channelsFirstRows(kernel, x.image) : kernel)
    return plain(emit(site, 'Gemm', bias ? [x.value, weight, offset('bias')] : [x.value, weight]))
  }
  const product = plain(emit(site, 'MatMul', [toPlain(site, x).value, constant(site, 'kernel', kernel)]))
  return bias ? plain(emit(site, 'Add', [product.value, offset('bias')])) : product
}

/** The rows of a kernel in the order in which a flattened image lies that has its channels first. */
function channelsFirstRows(kernel: Tensor, [channels, ...spatial]: FlatImage): Tensor {
  const rank = spatial.length + 2
  const split = { ...kernel, dims: [1, ...spatial, channels, kernel.dims[1]!] }
  return { ...permuted(split, [...firstOrder(rank), rank]), dims: kernel.dims }
}

/** Of an image with its channels first, a dense layer is a convolution by a window of one pixel. */
function asConvolution(site: Site, x: Signal, kernel: Tensor, bias: Tensor | undefined): Signal {
  const weight = permuted(kernel, [1, 0])
  const window = { ...weight, dims: [...weight.dims, ...new Array<number>(x.dims.length - 2).fill(1)] }
  const inputs = [x.value, constant(site, 'kernel', window), bias && constant(site, 'bias', bias)]
  return first(emit(site, 'Conv', inputs))
}

/** A product of matrices, of which either may be constant or transposed in its last two axes. */
export function matMul(site: Site, a: Operand, b: Operand, transposeA: boolean, transposeB: boolean): Signal {
  const left = matrix(site, a, transposeA, 'left')
  const right = matrix(site, b, transposeB, 'right')
  return plain(emit(site, 'MatMul', [left.value, right.value]))
}

function matrix(site: Site, operand: Operand, transposed: boolean, label: string): Signal {
  const perm = operand.dims.map((_, axis) => axis)
  if (transposed) perm.push(...perm.splice(-2).reverse())
  if (!isSignal(operand)) return plain(constant(site, label, permuted(operand, perm)))
  const x = toPlain(site, operand)
  return transposed ? plain(emit(site, 'Transpose', [x.value], { perm: { ints: perm } })) : x
}

/** A constant added to the last axis. */
export function addBias(site: Site, x: Signal, bias: Operand): Signal {
  return nary(site, 'Add', [x, bias])
}
