import { readFileSync } from 'node:fs'
import { fromSafetensors } from '@pixelrow/model'
import { graphBuilder, type Value } from '@pixelrow/onnx'
import {
  adam,
  adamw,
  cosine,
  engines,
  flatCosine,
  inferRules,
  muon,
  type Optimizer,
  oneCycle,
  type ScalarValue,
  sgd,
  trainingGraph,
  warmUp,
} from '@pixelrow/train'
import { expect, test } from 'vitest'
import { type Array64, array64, interpret } from './interpreter.ts'

/** The fixture's script says how it was made: float64 PyTorch. */
const fixture = fromSafetensors(readFileSync(new URL('./fixtures/optimizers.safetensors', import.meta.url))).weights
const STEPS = 50

/** One parameter's update as a graph: `parameter`, `gradient`, `rate`, scalars and what is remembered in; their next values out. */
function updateGraph(optimizer: Optimizer, dims: number[]) {
  const g = graphBuilder('update', { infer: inferRules })
  const parameter = g.input('parameter', 'float32', dims)
  const remembered: string[] = []
  const scalars = new Map<string, { value: Value; at: ScalarValue }>()
  const update = optimizer.transform(g.input('gradient', 'float32', dims), {
    g,
    parameter,
    learningRate: g.input('rate', 'float32', []),
    remember: (name) => {
      remembered.push(name)
      return { value: g.input(name, 'float32', dims), next: (value) => void g.output(value, `${name}:next`) }
    },
    scalar: (name, at) => {
      if (!scalars.has(name)) scalars.set(name, { value: g.input(name, 'float32', []), at })
      return scalars.get(name)!.value
    },
  })
  g.output(g.op('Add', [parameter, update]), 'parameter:next')
  return { graph: g.build(), remembered, scalars }
}

function follow(optimizer: Optimizer, name: string): Float64Array {
  const { dims } = fixture[`initial/${name}`]!
  const size = dims.reduce((product, dim) => product * dim, 1)
  const { graph, remembered, scalars } = updateGraph(optimizer, dims)
  const number = (value: number) => array64([], [value])
  const state: Record<string, Array64> = { parameter: array64(dims, fixture[`initial/${name}`]!.data) }
  for (const slot of remembered) state[slot] = array64(dims, new Float64Array(size))
  for (let step = 0; step < STEPS; step++) {
    const inputs: Record<string, Array64> = {
      ...state,
      gradient: array64(dims, fixture[`gradients/${name}`]!.data.slice(step * size, (step + 1) * size)),
      rate: number(fixture.rates!.data[step]!),
    }
    for (const [scalar, { at }] of scalars) inputs[scalar] = number(at(step, STEPS))
    const results = interpret(graph, inputs)
    for (const slot of Object.keys(state)) state[slot] = results[`${slot}:next`]!
  }
  return state.parameter!.data
}

test.each<[string, Optimizer, string[]]>([
  ['sgd', sgd(), ['matrix', 'vector']],
  ['sgd-decay', sgd({ weightDecay: 0.1 }), ['matrix', 'vector']],
  ['momentum', sgd({ momentum: 0.9 }), ['matrix', 'vector']],
  ['nesterov', sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.1 }), ['matrix', 'vector']],
  ['adam', adam({ beta1: 0.8, beta2: 0.99 }), ['matrix', 'vector']],
  ['adamw', adamw({ weightDecay: 0.1 }), ['matrix', 'vector']],
  ['muon', muon(), ['matrix']],
])('%s follows PyTorch over 50 steps', (name, optimizer, parameters) => {
  for (const parameter of parameters) {
    const found = follow(optimizer, parameter)
    const expected = fixture[`${name}/${parameter}`]!.data
    found.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6)
    })
  }
})

test('muon sends vectors through Adam at its share of the rate', () => {
  const scaled = follow(muon({ adamShare: 1 }), 'vector')
  expect([...scaled]).toEqual([...follow(adam(), 'vector')])
  expect([...scaled]).not.toEqual([...follow(muon({ adamShare: 0.5 }), 'vector')])
})

const classWeights = [0.5, 1, 2.5]
test.each([
  ['plain', {}],
  ['smooth', { labelSmoothing: 0.1 }],
  ['weighted', { classWeights }],
  ['both', { labelSmoothing: 0.1, classWeights }],
])('the cross-entropy (%s) and its gradient are PyTorch’s', async (name, loss) => {
  const shape = { height: 4, width: 4, channels: 1, channelOrder: 'interleaved' as const }
  const layers = [{ type: 'flatten' as const }, { type: 'dense' as const, units: 3, bias: false }]
  const { graph } = trainingGraph({ input: { shape, maxValue: 16 }, layers }, sgd(), 8, loss)
  const before = fixture['loss/weight']!.data
  const trainer = await engines.onnxruntime.compile(graph, {
    device: 'cpu',
    threads: 1,
    pixels: Uint8Array.from(fixture['loss/pixels']!.data),
    labels: Uint16Array.from(fixture['loss/labels']!.data),
    seed: 0,
    state: { '1.weight': before },
  })
  const rows = Uint32Array.from({ length: 8 }, (_, i) => i)
  const { losses } = await trainer.train({ rows, first: 0, epoch: 1, scalars: { learning_rate: Float32Array.of(1) } })
  const after = (await trainer.state())['1.weight']!
  await trainer.close()
  expect(losses[0]).toBeCloseTo(fixture[`loss/${name}`]!.data[0]!, 6)
  fixture[`loss/${name}/gradient`]!.data.forEach((gradient, i) => {
    expect(before[i]! - after[i]!).toBeCloseTo(gradient, 6)
  })
})

test('schedules follow their formulas to 1e-12', () => {
  const half = (from: number, to: number, t: number) => to + (from - to) * 0.5 * (1 + Math.cos(Math.PI * t))
  const steps = 101
  for (let step = 0; step < steps; step++) {
    const t = step / 100
    expect(cosine({ end: 0.1 })(step, steps)).toBeCloseTo(half(1, 0.1, t), 12)
    const cycle = t < 0.25 ? half(1 / 25, 1, t / 0.25) : half(1, 1e-5, (t - 0.25) / 0.75)
    expect(oneCycle()(step, steps)).toBeCloseTo(cycle, 12)
    expect(flatCosine()(step, steps)).toBeCloseTo(t < 0.75 ? 1 : half(1, 0, (t - 0.75) / 0.25), 12)
    const warm = step < 10 ? step / 10 : half(1, 0, (step - 10) / 90)
    expect(warmUp(cosine())(step, steps)).toBeCloseTo(warm, 12)
  }
})
