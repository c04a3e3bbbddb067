import { describe as describeFile, ExportError } from '@pixelrow/export'
import { tfjsToOnnx } from '@pixelrow/export/tfjs'
import { check, read } from '@pixelrow/onnx'
import { describe, expect, test } from 'vitest'
import { graphFiles, graphModel } from './tfjsgraphbuilder.ts'
import { graphCases } from './tfjsgraphs.ts'
import { compare, countOf, feedsFor, runOnnx } from './tfjsruntime.ts'

const feedsOf = (inputs: readonly (readonly number[])[]) =>
  feedsFor(Object.fromEntries(inputs.map((dims, at) => [`input_${at}`, dims.slice(1)])), 2)

describe('each operator says in onnxruntime what it says in tfjs', () => {
  test.each(graphCases.map((each) => [each.name, each] as const))('%s', async (_, source) => {
    const model = await graphModel(source)
    const { bytes, worst } = await compare(
      model,
      usedOf(
        feedsOf(source.inputs),
        model.inputs.map(({ name }) => name),
      ),
    )
    expect(worst).toBeLessThan(1e-5)
    check(read(bytes))
  })
})

/** tfjs wants all placeholders, the file only those that its outputs need. */
function usedOf<T>(feeds: Record<string, T>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => names.includes(name)))
}

test('names, types and shapes of inputs and outputs stay', async () => {
  const source = graphCases.find(({ name }) => name === 'several outputs')!
  const { inputs, outputs } = describeFile(await tfjsToOnnx(graphFiles(source)))
  expect(inputs).toEqual([{ name: 'input_0', dataType: 'float32', dims: ['N', 6] }])
  expect(outputs.map(({ name }) => name)).toEqual(['Relu_1', 'Sigmoid_2', 'Tanh_3'])
})

test('a flattened convolution has one transpose', async () => {
  const source = graphCases.find(({ name }) => name === 'a flattened convolution into MatMul')!
  expect(countOf(await tfjsToOnnx(graphFiles(source)), 'Transpose')).toBe(1)
})

test('files and a live model give the same bytes', async () => {
  const source = graphCases.find(({ name }) => name === '_FusedMatMul')!
  expect(await tfjsToOnnx(graphFiles(source))).toEqual(await tfjsToOnnx(await graphModel(source)))
})

test('an unknown operator is refused by its name, type and position, and others are named', async () => {
  const source = graphFiles({
    inputs: [[-1, 6]],
    build: (g, x) => g.node('Relu', [g.node('NonMaxSuppressionV3', [g.node('MatrixInverse', [x])])]),
  })
  const converted = tfjsToOnnx(source)
  await expect(converted).rejects.toThrow(ExportError)
  await expect(converted).rejects.toThrow(
    'Node "MatrixInverse_1" (MatrixInverse) at node[1]: this operator is not supported. The graph has others: NonMaxSuppressionV3.',
  )
})

test('what the outputs do not need is not looked at', async () => {
  const source = graphFiles({
    inputs: [[-1, 6]],
    build: (g, x) => {
      g.node('MatrixInverse', [x])
      return g.node('Relu', [x])
    },
  })
  const feeds = feedsOf([[-1, 6]])
  const { Relu_2: found } = await runOnnx(await tfjsToOnnx(source), feeds)
  expect(found!.data).toEqual(Array.from(feeds.input_0!.data, (value) => Math.max(Number(value), 0)))
})

test('a graph that takes its own result, and one without a node that it takes, are refused', async () => {
  const [model, weights] = graphFiles({ inputs: [[-1, 6]], build: (g, x) => g.node('Relu', [g.node('Relu', [x])]) })
  const changed = (from: string, to: string) => [
    { name: model!.name, bytes: new TextEncoder().encode(new TextDecoder().decode(model!.bytes).replace(from, to)) },
    weights!,
  ]
  await expect(tfjsToOnnx(changed('"input":["input_0"]', '"input":["Relu_2"]'))).rejects.toThrow(
    'waits for its own result',
  )
  await expect(tfjsToOnnx(changed('"input":["input_0"]', '"input":["elsewhere"]'))).rejects.toThrow(
    'no node "elsewhere"',
  )
})
