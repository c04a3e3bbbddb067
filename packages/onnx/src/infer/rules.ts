import { control } from './control.ts'
import { elementwise } from './elementwise.ts'
import { generators } from './generate.ts'
import { linear } from './linear.ts'
import { quantization } from './quantize.ts'
import { reductions } from './reduce.ts'
import type { InferRule } from './rule.ts'
import { selections } from './select.ts'
import { shapes } from './shape.ts'
import { spatial } from './spatial.ts'

const families = [elementwise, linear, reductions, shapes, selections, spatial, generators, control, quantization]
const builtIn = new Map<string, InferRule>(families.flatMap((family) => Object.entries(family)))

/** The shape rule of an operator: the caller's own before ours, which know ONNX's own domain. */
export function ruleOf(
  domain: string,
  opType: string,
  own: Readonly<Record<string, InferRule>> = {},
): InferRule | undefined {
  const plain = domain === '' || domain === 'ai.onnx'
  for (const key of plain ? [opType, `:${opType}`, `ai.onnx:${opType}`] : [`${domain}:${opType}`]) {
    if (Object.hasOwn(own, key)) return own[key]
  }
  return plain ? builtIn.get(opType) : undefined
}
