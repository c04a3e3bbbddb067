import { type Architecture, cnn, mlp } from '@pixelrow/model'
import { dump } from '@pixelrow/onnx'
import {
  adam,
  dumpTraining,
  type Engine,
  engines,
  type FitOptions,
  fit,
  inferRules,
  muon,
  recipes,
  sgd,
  type TrainingGraph,
} from '@pixelrow/train'
import { expect, test } from 'vitest'
import { quarters } from './quarters.ts'

const table = quarters(400)

/** The two graphs of a dump: title, first line, and the lines of each part by its heading. */
function partsOf(text: string) {
  return text.split(/\n(?=# The step)/).map((half) => {
    const [title, head, ...lines] = half.split('\n')
    const parts: Record<string, string[]> = { constants: [] }
    let part = 'constants'
    for (const line of lines) {
      const [, name] = /^ {2}# (\w+)$/.exec(line) ?? []
      if (name) parts[name] = []
      else parts[name ?? part]!.push(line)
      part = name ?? part
    }
    return { title, head, parts }
  })
}

/** The graph that `fit` gives its engine: an engine of another name that hands all on to onnxruntime hears of it. */
async function trained(architecture: Architecture, options: FitOptions) {
  const { onnxruntime } = engines as { onnxruntime: Engine }
  const seen: TrainingGraph[] = []
  const listening: Engine = {
    ...onnxruntime,
    compile: (graph, given) => {
      seen.push(graph)
      return onnxruntime.compile(graph, given)
    },
  }
  Object.assign(engines, { listening })
  const result = await fit(architecture, table, { ...options, steps: 1, engine: 'listening' })
  return { graph: seen[0]!, result }
}

test.each<[string, Architecture, FitOptions]>([
  ['a dense net by plain SGD', mlp(table, { hidden: [8] }), { batchSize: 16, optimizer: sgd() }],
  ['convolutions by Adam', cnn(table, { filters: [16, 16] }), { batchSize: 16, optimizer: adam() }],
  [
    'smoothed and weighted, by Muon',
    cnn(table),
    { optimizer: muon(), labelSmoothing: 0.1, classWeights: [1, 2, 3, 4] },
  ],
])('what is dumped is what is trained: %s', async (_, architecture, options) => {
  const [before, after] = partsOf(await dumpTraining(architecture, options))
  const { graph, result } = await trained(architecture, options)
  const expected = dump(graph.step, { infer: inferRules }).split('\n').slice(1)
  expect(Object.values(before!.parts).flat().slice(0, expected.length)).toEqual(expected)
  expect(before!.title).toBe(`# The step before lowering: ${graph.step.nodes.length} nodes`)
  const { block = 1 } = result.layouts ?? {}
  expect(after!.title).toMatch(block > 1 ? `, on blocks of ${block}: ` : ', plain: ')
})

test('forward pass, gradients and optimiser stand under their names, before lowering and after it', async () => {
  const architecture = cnn(table, { filters: [16, 16] })
  const [before, after] = partsOf(await dumpTraining(architecture, { batchSize: 16, optimizer: adam() }))
  for (const { parts } of [before!, after!]) {
    expect(Object.keys(parts)).toEqual(['constants', 'forward', 'gradients', 'optimizer'])
    expect(parts.forward!.some((line) => line.includes('Conv('))).toBe(true)
    expect(parts.forward!.join('\n')).not.toMatch(/:grad: /)
    expect(parts.gradients!.some((line) => /^ {2}%conv0\/weight:grad: /.test(line))).toBe(true)
    expect(parts.optimizer!.some((line) => /= Sqrt\(/.test(line))).toBe(true)
    expect(parts.gradients!.some((line) => /= Sqrt\(/.test(line))).toBe(false)
  }
  expect(before!.parts.forward!.some((line) => line.includes('pixelrow:SoftmaxCrossEntropy('))).toBe(true)
  expect(Object.values(after!.parts).flat().join('\n')).not.toContain('= pixelrow:')
})

test('a recipe’s plan is dumped as it is; layout and constants are as asked for', async () => {
  const { architecture, options } = recipes.fast.prepare(table)
  const [, plain] = partsOf(await dumpTraining(architecture, { ...options, layout: 'plain', elements: 0 }))
  expect(plain!.title).toMatch(/, plain: the plain formulation was asked for: \d+ nodes$/)
  expect(plain!.parts.constants!.filter((line) => /\{[^…]/.test(line))).toEqual([])
  const wrong = dumpTraining(architecture, { ...options, elements: -1 })
  await expect(wrong).rejects.toMatchObject({ code: 'TRAIN_OPTION_INVALID' })
})

test('a step is dumped as the device that is named would run it, which need not be there', async () => {
  const { architecture, options } = recipes.cnn.prepare(table)
  const [, cpu] = partsOf(await dumpTraining(architecture, { ...options, layout: 'plain' }))
  const [, webgpu] = partsOf(await dumpTraining(architecture, { ...options, device: 'webgpu' }))
  expect(webgpu!.title).toMatch(/, for webgpu: \d+ nodes$/)
  const isIn = ({ parts }: { parts: Record<string, string[]> }, operator: string) =>
    Object.values(parts).some((lines) => lines.some((line) => line.includes(`= ${operator}(`)))
  expect([isIn(cpu!, 'LogSoftmax'), isIn(webgpu!, 'LogSoftmax')]).toEqual([true, false])
})
