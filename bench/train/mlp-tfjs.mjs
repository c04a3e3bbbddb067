// TensorFlow.js' side of mlp.mjs: model.fit on the WebAssembly backend.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm'

const [ROWS, BATCH, EPOCHS] = [42_000, 256, 3]
const files = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))
setWasmPaths(`${files}/`)
setThreadsCount(2)
await tf.setBackend('wasm')
const read = (file, header) => readFileSync(join(process.argv[2], file)).subarray(header)
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
