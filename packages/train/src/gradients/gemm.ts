import { type GraphBuilder, int, type Value } from '@pixelrow/onnx'
import { unsupported } from '../error.ts'
import { operands } from '../operands.ts'
import type { GradientRule } from './rule.ts'
import { unbroadcast } from './unbroadcast.ts'

/** y = x · w + b, as a dense layer has it: no transposes, alpha and beta 1. dx = dy · wᵀ, dw = xᵀ · dy, db = the columns' sums. */
export const gemm: GradientRule = ({ g, node, inputs, gradients, needed }) => {
  if (Object.keys(node.attributes).length > 0) {
    const message = `Gemm ${node.name} has attributes (${Object.keys(node.attributes)}); its gradient knows the plain form.`
    throw unsupported(message, { operator: 'Gemm', node: node.name })
  }
  const [x, w] = operands(inputs, 2, 'Gemm')
  const [dy] = operands(gradients, 1, 'GemmGrad')
  const b = inputs[2]
  return [
    needed[0] ? g.op('Gemm', [dy, w], { transB: int(1) }) : undefined,
    needed[1] ? product(g, x, dy) : undefined,
    b && needed[2] ? unbroadcast(g, dy, b) : undefined,
  ]
}

function product(g: GraphBuilder, x: Value, dy: Value): Value {
  return g.op('Gemm', [x, dy], { transA: int(1) })
}
