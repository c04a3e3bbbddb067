import { readFileSync } from 'node:fs'
import { fromSafetensors, mlp } from '@pixelrow/model'
import { engines, sgd, trainingGraph } from '@pixelrow/train'
import { expect, test } from 'vitest'
import { digitShape, firstDigits } from './digits.ts'

const STEPS = 20
const BATCH = 256

/** The fixture's script says how it was made: the same first rows of the digits in float64 PyTorch. */
const fixture = fromSafetensors(readFileSync(new URL('./fixtures/mlp_20_steps.safetensors', import.meta.url))).weights

test.each([[STEPS], [1], [7]])('the first 20 steps of the MLP are PyTorch’s, in chunks of %i', async (chunkSteps) => {
  const source = {
    shape: digitShape,
    maxValue: 255,
    classes: Array.from({ length: 10 }, (_, label) => String(label)),
  }
  const { graph } = trainingGraph(
    mlp(source, { hidden: [60] }),
    sgd({ momentum: 0.9, nesterov: true, weightDecay: 1e-4 }),
    BATCH,
  )
  const state = Object.fromEntries(
    graph.state.map(({ name, dims }) => [
      name,
      fixture[`initial/${name}`]?.data ?? new Float32Array(dims.reduce((a, b) => a * b, 1)),
    ]),
  )
  const trainer = await engines.onnxruntime.compile(graph, {
    device: 'cpu',
    threads: 2,
    ...firstDigits(STEPS * BATCH),
    seed: 0,
    state,
  })
  const losses: number[] = []
  for (let first = 0; first < STEPS; first += chunkSteps) {
    const count = Math.min(chunkSteps, STEPS - first)
    const rows = Uint32Array.from({ length: count * BATCH }, (_, i) => first * BATCH + i)
    const learning_rate = fixture.rates!.data.slice(first, first + count)
    losses.push(...(await trainer.train({ rows, first, epoch: 1, scalars: { learning_rate } })).losses)
  }
  const after = await trainer.state()
  await trainer.close()
  expect(losses).toHaveLength(STEPS)
  losses.forEach((loss, step) => {
    const expected = fixture.losses!.data[step]!
    expect(Math.abs(loss - expected) / expected).toBeLessThan(1e-5)
  })
  for (const name of ['1.weight', '1.bias', '3.weight', '3.bias']) {
    const expected = fixture[`final/${name}`]!.data
    const difference = after[name]!.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0)
    expect(difference).toBeLessThan(1e-5)
  }
})
