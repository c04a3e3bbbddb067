// TensorFlow.js' side of mlp.mjs: model.fit on one of its backends.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadTfjs } from '../tfjs.mjs'

const [digits, backend] = process.argv.slice(2)
const [ROWS, BATCH, EPOCHS] = [42_000, 256, { node: 6, wasm: 3, cpu: 2 }[backend]]
const tf = await loadTfjs(backend, 2)
const read = (file, header) => readFileSync(join(digits, file)).subarray(header)
const table = (file, rows) =>
  tf.tensor2d(
    Float32Array.from(read(file, 16).subarray(0, rows * 784), (v) => v / 255),
    [rows, 784],
  )
const oneHot = (file, rows) =>
  tf.oneHot(tf.tensor1d(Int32Array.from(read(file, 8).subarray(0, rows)), 'int32'), 10).toFloat()
const model = tf.sequential({
  layers: [
    tf.layers.dense({ inputShape: [784], units: 60, activation: 'relu' }),
    tf.layers.dense({ units: 10, activation: 'softmax' }),
  ],
})
model.compile({ optimizer: tf.train.sgd(0.3), loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
const epochs = []
let began
await model.fit(table('train-images-idx3-ubyte', ROWS), oneHot('train-labels-idx1-ubyte', ROWS), {
  batchSize: BATCH,
  epochs: EPOCHS,
  verbose: 0,
  callbacks: {
    onEpochBegin: () => {
      began = performance.now()
    },
    onEpochEnd: () => void epochs.push(performance.now() - began),
  },
})
const [, accuracy] = model.evaluate(table('t10k-images-idx3-ubyte', 10_000), oneHot('t10k-labels-idx1-ubyte', 10_000))
console.log(JSON.stringify({ epochs: { '': epochs.slice(1) }, accuracy: accuracy.dataSync()[0] }))
