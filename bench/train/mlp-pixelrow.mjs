// pixelrow's side of mlp.mjs: whole epochs through an engine, the shuffle included.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { epochOrder, random, streams } from '@pixelrow/data'
import { initialize, mlp } from '@pixelrow/model'
import { engines, predict, sgd, trainingGraph } from '@pixelrow/train'

const [digits, engine = 'onnxruntime'] = process.argv.slice(2)
const [ROWS, BATCH, EPOCHS] = [42_000, 256, 12]
const read = (file, header) => readFileSync(join(digits, file)).subarray(header)
const pixels = new Uint8Array(read('train-images-idx3-ubyte', 16).subarray(0, ROWS * 784))
const labels = Uint16Array.from(read('train-labels-idx1-ubyte', 8).subarray(0, ROWS))
const shape = { height: 28, width: 28, channels: 1, channelOrder: 'interleaved' }
const classes = Array.from({ length: 10 }, (_, k) => String(k))
const architecture = mlp({ shape, maxValue: 255, classes }, { hidden: [60] })
const { graph } = trainingGraph(architecture, sgd(), BATCH)
const initial = initialize(architecture, random(1, streams.weights).uniform)
const state = Object.fromEntries(graph.state.map(({ name }) => [name, initial[name].data]))

const trainer = await engines[engine].compile(graph, { device: 'cpu', threads: 2, pixels, labels, seed: 1, state })
const steps = Math.floor(ROWS / BATCH)
const epochs = []
for (let epoch = 0; epoch < EPOCHS; epoch++) {
  const began = performance.now()
  const rows = epochOrder(ROWS, 1, epoch).subarray(0, steps * BATCH)
  await trainer.train({
    rows,
    first: epoch * steps,
    epoch,
    scalars: { learning_rate: new Float32Array(steps).fill(0.3) },
  })
  epochs.push(performance.now() - began)
}
const after = await trainer.state()
await trainer.close()
const weights = Object.fromEntries(
  Object.entries(initial).map(([name, { dims }]) => [name, { dims, data: after[name] }]),
)
const truth = read('t10k-labels-idx1-ubyte', 8)
const found = await predict({ architecture, weights, classes }, new Uint8Array(read('t10k-images-idx3-ubyte', 16)))
const accuracy = found.labels.reduce((right, label, row) => right + Number(label === truth[row]), 0) / truth.length
// The first epoch warms up.
console.log(JSON.stringify({ epochs: { '': epochs.slice(1) }, accuracy }))
