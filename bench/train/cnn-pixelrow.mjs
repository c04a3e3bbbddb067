// pixelrow's side of cnn.mjs. Writes the initial weights and the rows of each batch that PyTorch then reads.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { epochOrder, random, streams } from '@pixelrow/data'
import { initialize, toSafetensors } from '@pixelrow/model'
import { adam, engines, muon, trainingGraph } from '@pixelrow/train'
import { digits } from './digits.mjs'

const folder = process.argv[2]
const job = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'))
const { rows: ROWS, batch, steps, chunks } = job
const shape = { height: 28, width: 28, channels: 1, channelOrder: 'interleaved' }
const architecture = { input: { shape, maxValue: 255 }, layers: job.layers }
const { graph, scalars } = trainingGraph(architecture, { adam, muon }[job.optimizer](), batch)
const initial = initialize(architecture, random(1, streams.weights).uniform)
writeFileSync(join(folder, 'initial.safetensors'), toSafetensors(initial))

const perEpoch = Math.floor(ROWS / batch)
const all = steps * (chunks + 1)
const order = new Uint32Array(all * batch)
for (let first = 0; first < all; first += perEpoch) {
  const rows = epochOrder(ROWS, 1, first / perEpoch).subarray(0, Math.min(perEpoch, all - first) * batch)
  order.set(rows, first * batch)
}
writeFileSync(join(folder, 'rows.u32'), order)

// What the optimiser remembers begins at 0.
const state = Object.fromEntries(
  graph.state.map(({ name, dims }) => [name, initial[name]?.data ?? new Float32Array(dims.reduce((a, b) => a * b, 1))]),
)
const trainer = await engines.onnxruntime.compile(graph, {
  device: 'cpu',
  threads: 2,
  ...digits('train', ROWS),
  seed: 1,
  state,
  ...(job.plain && { layout: 'plain' }),
})
const ms = []
let losses
for (let first = 0; first < all; first += steps) {
  const values = (value) => Float32Array.from({ length: steps }, (_, i) => value(first + i, all))
  const began = performance.now()
  const result = await trainer.train({
    rows: order.slice(first * batch, (first + steps) * batch),
    first,
    epoch: 1,
    scalars: Object.fromEntries(
      Object.entries({ learning_rate: () => job.learningRate, ...scalars }).map(([name, value]) => [
        name,
        values(value),
      ]),
    ),
  })
  ms.push((performance.now() - began) / steps)
  losses ??= [...result.losses]
}
await trainer.close()
const { layouts } = trainer
console.log(JSON.stringify({ layouts, settings: { '': { ms: ms.slice(1), losses } } }))
