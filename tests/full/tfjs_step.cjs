// Loads a tfjs-node by its path, multiplies two matrices, takes two steps of softmax regression, and prints how far both are from float64.
const util = require('node:util')
util.isNullOrUndefined ??= (value) => value === null || value === undefined
util.isArray ??= Array.isArray
const tf = require(process.argv[2])

/** Numbers from -1 to 1 that do not repeat. */
const numbers = (rows, columns, seed) =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => Math.sin(seed + i * columns + j)))
const product = (a, b) => a.map((row) => b[0].map((_, j) => row.reduce((sum, x, k) => sum + x * b[k][j], 0)))
const transposed = (a) => a[0].map((_, j) => a.map((row) => row[j]))
const furthest = (a, b) => Math.max(...a.flat().map((x, i) => Math.abs(x - b.flat()[i])))

const [rows, pixels, classes, rate] = [32, 20, 4, 0.5]
const x = numbers(rows, pixels, 1)
const start = numbers(pixels, classes, 2)
const labels = x.map((_, i) => i % classes)

/** One step of gradient descent in plain arithmetic. */
function stepped(weight) {
  const wrong = product(x, weight).map((logits, i) => {
    const powers = logits.map(Math.exp)
    const sum = powers.reduce((a, b) => a + b)
    return powers.map((power, j) => (power / sum - (labels[i] === j ? 1 : 0)) / rows)
  })
  const gradient = product(transposed(x), wrong)
  return weight.map((row, i) => row.map((w, j) => w - rate * gradient[i][j]))
}

const before = tf.memory().numTensors
const result = tf.tidy(() => {
  const input = tf.tensor2d(x)
  const weight = tf.variable(tf.tensor2d(start))
  const truth = tf.oneHot(tf.tensor1d(labels, 'int32'), classes)
  const optimizer = tf.train.sgd(rate)
  const loss = () => tf.losses.softmaxCrossEntropy(truth, tf.matMul(input, weight))
  const losses = [0, 1].map(() => optimizer.minimize(loss, true, [weight]).dataSync()[0])
  const trained = weight.arraySync()
  weight.dispose()
  const found = tf.matMul(input, tf.tensor2d(start)).arraySync()
  optimizer.dispose()
  return {
    losses,
    productError: furthest(found, product(x, start)),
    stepError: furthest(trained, stepped(stepped(start))),
  }
})
const backend = tf.backend()
const about = { backend: tf.getBackend(), tensorflow: backend.binding.TF_Version, gpu: backend.isUsingGpuDevice }
console.log(JSON.stringify({ node: process.version, ...about, leaked: tf.memory().numTensors - before, ...result }))
