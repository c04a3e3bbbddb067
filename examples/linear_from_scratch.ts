// A linear classifier from its parts: own random weights, the graph of one step, own batches, own accuracy.
import { epochOrder, random, readSubmission, readTable, streams } from '@pixelrow/data'
import { linear } from '@pixelrow/model'
import { engines, sgd, trainingGraph } from '@pixelrow/train'
import { digits } from 'pixelrow'

const [seed = 0, epochs = 40, learningRate = 1, batchSize = 256] = process.argv.slice(2).map(Number)
const files = await digits()
const [train, test] = await Promise.all([readTable(files.train), readTable(files.test)])
const truth = (await readSubmission(files.solution)).labels.map(Number)

// The graph holds the prediction x · weight + bias, softmax and cross-entropy, the gradients derived from them, and SGD.
const { graph } = trainingGraph(linear(train), sgd(), batchSize)
const weight = Float32Array.from({ length: 784 * 10 }, (_, i) => random(seed, streams.weights).normal(0, i))
const state = { '1.weight': weight, '1.bias': new Float32Array(10) }
const table = { pixels: train.pixels, labels: train.labels! }
const trainer = await engines.onnxruntime.compile(graph, { ...table, state, seed, device: 'cpu', threads: 2 })
const steps = Math.floor(train.rows / batchSize)
const scalars = { learning_rate: new Float32Array(steps).fill(learningRate) }

for (let epoch = 1; epoch <= epochs; epoch++) {
  const rows = epochOrder(train.rows, seed, epoch).subarray(0, steps * batchSize)
  await trainer.train({ rows, first: (epoch - 1) * steps, epoch, scalars })
  const logits = await trainer.logits(test.pixels)
  const best = (row: number) => Math.max(...logits.subarray(row * 10, row * 10 + 10))
  const right = truth.filter((label, row) => logits[row * 10 + label] === best(row)).length
  console.log(`epoch ${epoch}  accuracy ${(right / truth.length).toFixed(4)}`)
}
await trainer.close()
