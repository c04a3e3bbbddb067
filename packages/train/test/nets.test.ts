import { readFileSync } from 'node:fs'
import { type Architecture, fromSafetensors, type Layer } from '@pixelrow/model'
import { adam, adamw, engines, muon, type Optimizer, sgd, trainingGraph } from '@pixelrow/train'
import { expect, test } from 'vitest'
import { digitShape, firstDigits } from './digits.ts'

const STEPS = 20
const BATCH = 32
const SEED = 9

interface Net {
  tolerance: number
  optimizer: string
  learningRate: number
  layers: Layer[]
}

/** The nets and what float64 PyTorch makes of them; the fixture's script says how. */
const folder = new URL('./fixtures/', import.meta.url)
const nets: Record<string, Net> = JSON.parse(readFileSync(new URL('nets.json', folder), 'utf8'))
const fixture = fromSafetensors(readFileSync(new URL('nets.safetensors', folder))).weights
const optimizers: Record<string, Optimizer> = {
  adam: adam(),
  adamw: adamw(),
  nesterov: sgd({ momentum: 0.9, nesterov: true }),
  muon: muon(),
}

const formulations = Object.entries(nets).flatMap(([name, net]) =>
  (['auto', 'plain'] as const).map((layout) => [name, layout, net] as const),
)

test.each(formulations)('the first 20 steps of net %s, layout %s, are PyTorch’s', async (name, layout, net) => {
  const architecture: Architecture = { input: { shape: digitShape, maxValue: 255 }, layers: net.layers }
  const { graph, scalars } = trainingGraph(architecture, optimizers[net.optimizer]!, BATCH)
  const initial = (tensor: { name: string; dims: number[] }) =>
    fixture[`${name}/initial/${tensor.name}`]?.data ?? new Float32Array(tensor.dims.reduce((a, b) => a * b, 1))
  const state = Object.fromEntries(graph.state.map((tensor) => [tensor.name, initial(tensor)]))
  const options = { device: 'cpu', threads: 2, ...firstDigits(STEPS * BATCH), seed: SEED, state, layout }
  const trainer = await engines.onnxruntime.compile(graph, options)
  const values = (value: (step: number, steps: number) => number, first: number, count: number) =>
    Float32Array.from({ length: count }, (_, i) => value(first + i, STEPS))
  const losses: number[] = []
  for (const [first, count] of [
    [0, 1],
    [1, 12],
    [13, 7],
  ] as const) {
    const result = await trainer.train({
      rows: Uint32Array.from({ length: count * BATCH }, (_, i) => first * BATCH + i),
      first,
      epoch: 1,
      scalars: {
        learning_rate: new Float32Array(count).fill(net.learningRate),
        ...Object.fromEntries(Object.entries(scalars).map(([key, value]) => [key, values(value, first, count)])),
      },
    })
    losses.push(...result.losses)
  }
  const after = await trainer.state()
  await trainer.close()
  expect(losses).toHaveLength(STEPS)
  losses.forEach((loss, step) => {
    const expected = fixture[`${name}/losses`]!.data[step]!
    expect(Math.abs(loss - expected) / expected, `step ${step}: ${loss}, expected ${expected}`).toBeLessThan(
      net.tolerance,
    )
  })
  const statistics = graph.state.filter(({ kind }) => kind === 'statistic')
  for (const { name: statistic } of statistics) {
    after[statistic]!.forEach((value, i) => {
      expect(value).toBeCloseTo(fixture[`${name}/final/${statistic}`]!.data[i]!, 4)
    })
  }
})
