import { type DataType, operandsOf } from '@pixelrow/onnx'
import { expect, test } from 'vitest'

const typesOf = (opType: string, opset: number, index = 0): DataType[] => [
  ...(operandsOf(opType, opset)?.input(index)?.types ?? []),
]

// As onnx's documentation of operators has them (docs/Operators.md and Changelog.md).
test('each version of an operator has element types of its own', () => {
  expect(typesOf('Celu', 12)).toEqual(['float32'])
  expect(typesOf('Celu', 27)).toEqual(['float32'])
  expect(typesOf('Celu', 28)).toContain('float16')
  expect(typesOf('IsInf', 19)).toEqual(['float32', 'float64'])
  expect(typesOf('IsInf', 20)).toContain('float16')
  expect(typesOf('DequantizeLinear', 18, 1)).toEqual(['float32'])
  expect(typesOf('DequantizeLinear', 19, 1)).toEqual(['float32', 'float16', 'bfloat16'])
  expect(typesOf('Relu', 13)).toEqual(['float32', 'float16', 'float64', 'bfloat16'])
})

test('operands of one type share a letter, others do not', () => {
  const letters = (opType: string, count: number, opset = 17) =>
    Array.from({ length: count }, (_, index) => operandsOf(opType, opset)?.input(index)?.letter)
  expect(letters('QLinearMatMul', 8)).toEqual(['A', 'B', 'A', 'C', 'B', 'C', 'B', 'D'])
  expect(letters('Concat', 3)).toEqual(['A', 'A', 'A'])
  expect(new Set(letters('Loop', 5)).size).toBe(5)
  expect(operandsOf('MatMul', 17)?.output(0)?.letter).toBe('A')
  expect(operandsOf('MatMul', 17)?.input(2)).toBeUndefined()
})

test('what is no tensor is told, and what an operator set does not have is nothing', () => {
  expect(operandsOf('SequenceAt', 17)?.input(0)).toMatchObject({ others: true, types: new Set() })
  expect(operandsOf('Optional', 17)?.input(0)?.others).toBe(true)
  expect(operandsOf('Relu', 17)?.input(0)?.others).toBe(false)
  for (const [opType, opset] of [
    ['Gelu', 19],
    ['NoSuch', 17],
    ['toString', 17],
  ] as const)
    expect(operandsOf(opType, opset)).toBeUndefined()
})
