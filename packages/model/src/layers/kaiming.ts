import type { LayerParameter } from './kind.ts'

/**
 * A layer's weight and, unless told otherwise, bias with PyTorch's start values for nn.Linear and nn.Conv2d:
 * Kaiming-uniform (He et al. 2015, arXiv:1502.01852) with a = √5, so the bound √(6 / ((1 + a²) · fanIn)) is 1/√fanIn; the
 * bias is drawn from the same range.
 */
export function kaimingUniform(dims: number[], fanIn: number, outputs: number, bias = true): LayerParameter[] {
  const bound = 1 / Math.sqrt(fanIn)
  const initial = (uniform: number) => (2 * uniform - 1) * bound
  const weight = { name: 'weight', dims, fanIn, trained: true, initial }
  return bias ? [weight, { name: 'bias', dims: [outputs], fanIn, trained: true, initial }] : [weight]
}
