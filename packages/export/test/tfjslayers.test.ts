import { check, read } from '@pixelrow/onnx'
import { describe, expect, test } from 'vitest'
import { layerCases } from './tfjscases.ts'
import { compare, feedsFor, trained } from './tfjsruntime.ts'

const cases = layerCases(7)

test('there are at least 300 cases', () => {
  expect(cases.length).toBeGreaterThanOrEqual(300)
})

describe('each layer of tfjs says in onnxruntime what it says in tfjs', () => {
  test.each(cases.map((each) => [each.name, each] as const))('%s', async (_, { inputs, build, tokens, alone }) => {
    const model = trained(build())
    const feeds = feedsFor(Object.fromEntries(model.inputNames.map((name, at) => [name, inputs[at]!])), 2)
    if (tokens)
      for (const feed of Object.values(feeds))
        feed.data = feed.data.map(
          (value) => Math.floor(((value as number) + 1) * (tokens / 2)) % tokens,
        ) as Float32Array
    const { bytes, worst } = await compare(
      alone ? { ...model, save: model.save.bind(model), predict: alone } : model,
      feeds,
    )
    model.dispose()
    expect(worst).toBeLessThan(1e-5)
    check(read(bytes))
  })
})
