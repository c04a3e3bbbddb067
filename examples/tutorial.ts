// # From a CSV file to a submission
//
// [Digit Recognizer](https://www.kaggle.com/competitions/digit-recognizer) is the competition that many people enter first: 42,000
// handwritten digits with labels, 28,000 without, one row of 784 pixels each, and the question what the 28,000 are. This page goes
// the whole way in TypeScript, in the steps of chapter 4 of [the fastai book](https://github.com/fastai/fastbook): first a linear
// classifier with every multiplication written out, then the same with less and less code, then a better one, then the submission.
//
// The code on this page is [`examples/tutorial.ts`](../examples/tutorial.ts), and what it printed stands under it.
// [`examples/README.md`](../examples/README.md) says how to run it yourself.
//
// ## 1. Get the data
//
// Kaggle hands out `digit-recognizer.zip` to those who are logged in and have accepted the competition's rules. In it are
// `train.csv`, `test.csv` and `sample_submission.csv`. To start without an account, the `pixelrow` package carries the same 70,000
// digits of MNIST, dealt into files of the same names and shapes, though not into the same rows. With Kaggle's files unzipped, put
// their paths here instead.

import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { digits } from 'pixelrow'

const files = await digits()
for (const path of [files.train, files.test, files.sampleSubmission]) {
  const megabytes = (await stat(path)).size / 1e6
  console.log(basename(path).padEnd(22), megabytes.toFixed(1).padStart(5), 'MB')
}

// ## 2. Look
//
// `readTable` takes a CSV file exactly as it is or says in which row and column it is wrong. What it finds out by itself is
// the label column, that 784 pixels are a picture of 28 × 28, and that 255 is white.

import { describe, formatDescription, readTable } from '@pixelrow/data'

const table = await readTable(files.train)
const test = await readTable(files.test)
console.log(formatDescription(describe(table)))

// The first rows of both files. The corners of a picture are black, so a few pixels from its middle are shown too. `test.csv` has no
// label, which is the point of it.

const places = [0, 1, 404, 405, 406, 407, 408, 782, 783]
const printCells = (...cells: unknown[]) => console.log(cells.map((cell) => String(cell).padStart(11)).join(''))
for (const { pixels, labels } of [table, test]) {
  printCells(...(labels ? ['label'] : []), ...places.map((place) => `pixel${place}`))
  for (let row = 0; row < 5; row++) {
    printCells(...(labels ? [labels[row]] : []), ...places.map((place) => pixels[row * 784 + place]))
  }
}

// Numbers are a poor way to look at pictures. The first three digits of `train.csv` again, two rows of pixels in each line of text:

function draw(row: number): string[] {
  const isLit = (y: number, x: number) => Number(table.pixels[row * 784 + y * 28 + x]! > 96)
  return Array.from({ length: 14 }, (_, line) =>
    Array.from({ length: 28 }, (_, x) => ' ▀▄█'[isLit(2 * line, x) + 2 * isLit(2 * line + 1, x)]).join(''),
  )
}
const pictures = [0, 1, 2].map(draw)
for (let line = 0; line < 14; line++) console.log(pictures.map((picture) => picture[line]).join(''))

// ## 3. Shape
//
// A classifier wants numbers around 1, so each pixel is divided by 255. The label 3 becomes a row of ten numbers that is 0
// everywhere and 1 at place 3: the probabilities that a perfect answer would give.

import { batches, oneHot, split } from '@pixelrow/data'

const scaled = (pixels: ArrayLike<number>) => Float32Array.from(pixels, (pixel) => pixel / 255)
console.log('x', [table.rows, scaled(table.pixels).length / table.rows])
console.log('y', [table.rows, oneHot(table.labels!, 10).length / table.rows])

// An accuracy counts only on rows that were not trained on, so 10,000 rows drawn at random are laid aside for
// validation. The other 32,000 come in mini-batches of 256, in a new order in every epoch. The order is drawn from a seed, like
// everything random on this page: whoever runs it on the same kind of processor sees the same numbers.

const { train, validation } = split(table, { validation: 10_000, seed: 1 })
const [x, y] = [scaled(train.pixels), oneHot(train.labels!, 10)]
console.log(`${train.rows} rows to train on, ${validation.rows} to validate on`)

const loader = [...batches(train, { size: 256, seed: 1, epoch: 1 })]
console.log(`${loader.length} batches of`, [loader[0]!.rows, 784], [loader[0]!.rows, 10])

// ## 4. A linear classifier, from scratch
//
// Each digit gets a weight for each of the 784 pixels, and a bias. Multiplied by the pixels and summed up, that gives one number a
// digit; the largest is the answer. The weights are random to begin with, so the first answers are random too.

import { random, streams } from '@pixelrow/data'

const { normal } = random(1, streams.weights)
const weights = Float32Array.from({ length: 784 * 10 }, (_, i) => normal(0, i))
const bias = new Float32Array(10)

/** x · weights + bias of one picture. */
function predict(x: Float32Array): Float32Array {
  const activations = bias.slice()
  for (let i = 0; i < 784; i++) {
    if (x[i] === 0) continue // most pixels are black, and add nothing
    for (let k = 0; k < 10; k++) activations[k]! += x[i]! * weights[i * 10 + k]!
  }
  return activations
}

/** Ten numbers of any size as ten probabilities. */
function softmax(activations: Float32Array): Float32Array {
  const largest = Math.max(...activations)
  const powers = activations.map((activation) => Math.exp(activation - largest))
  const sum = powers.reduce((total, power) => total + power)
  return powers.map((power) => power / sum)
}

// Softmax makes probabilities of the ten numbers, and the cross-entropy says how bad they are: −log of the probability that
// the true digit was given, averaged over the batch. Its derivative by the ten numbers is short: probability minus the one-hot
// label. From there it is one multiplication to the weights, since each of them was multiplied with a pixel.

/** The mean cross-entropy of some rows of the training set, and how it changes with the weights and the bias. */
function lossAndGradients(rows: Uint32Array) {
  const gradients = { weights: new Float32Array(784 * 10), bias: new Float32Array(10) }
  let loss = 0
  for (const row of rows) {
    const [image, target] = [x.subarray(row * 784, (row + 1) * 784), y.subarray(row * 10, (row + 1) * 10)]
    const probabilities = softmax(predict(image))
    loss -= Math.log(probabilities[target.indexOf(1)]!) / rows.length
    const error = probabilities.map((probability, k) => (probability - target[k]!) / rows.length)
    for (let i = 0; i < 784; i++) {
      if (image[i] === 0) continue
      for (let k = 0; k < 10; k++) gradients.weights[i * 10 + k]! += image[i]! * error[k]!
    }
    for (let k = 0; k < 10; k++) gradients.bias[k]! += error[k]!
  }
  return { loss, gradients }
}

// On a batch of four, to see it work: what is predicted, and where the gradients point.

const show = (numbers: Float32Array) => [...numbers].map((each) => each.toFixed(3).padStart(6)).join(' ')
const four = Uint32Array.of(0, 1, 2, 3)
console.log('label  probabilities of 0 to 9')
for (const row of four) {
  console.log(`    ${train.labels![row]}  ${show(softmax(predict(x.subarray(row * 784, (row + 1) * 784))))}`)
}
const { loss, gradients } = lossAndGradients(four)
console.log(`\nloss ${loss.toFixed(4)}`)
console.log(`gradient of the bias                ${show(gradients.bias)}`)
console.log(`gradient of the weights, pixel 406  ${show(gradients.weights.subarray(4060, 4070))}`)

// The gradients of a pixel add up to nothing: what one digit gains the others lose. Are they right? A gradient promises how much the
// loss changes when a weight does. So change one and look.

const largest = gradients.weights.indexOf(Math.max(...gradients.weights))
const before = weights[largest]!
weights[largest] = before + 0.001
const promised = 0.001 * gradients.weights[largest]!
console.log(`promised ${promised.toFixed(7)}, found ${(lossAndGradients(four).loss - loss).toFixed(7)}`)
weights[largest] = before

// One step of stochastic gradient descent moves every weight a bit against its gradient, so that the loss falls; an epoch is one
// step for every batch. The accuracy is the share of the validation rows whose largest number is at the place of their label.

function step(rows: Uint32Array, learningRate: number): void {
  const { gradients } = lossAndGradients(rows)
  for (let i = 0; i < weights.length; i++) weights[i]! -= learningRate * gradients.weights[i]!
  for (let k = 0; k < bias.length; k++) bias[k]! -= learningRate * gradients.bias[k]!
}

const unseen = scaled(validation.pixels)
function accuracy(): number {
  const right = validation.labels!.filter((label, row) => {
    const activations = predict(unseen.subarray(row * 784, (row + 1) * 784))
    return activations[label] === Math.max(...activations)
  })
  return right.length / validation.rows
}

// Forty epochs at learning rate 1:

const fromScratch: number[] = []
for (let epoch = 1; epoch <= 40; epoch++) {
  for (const { source } of batches(train, { size: 256, seed: 1, epoch })) step(source, 1)
  fromScratch.push(accuracy())
}

function printTens(accuracies: number[]): void {
  const texts = accuracies.map((accuracy) => accuracy.toFixed(4))
  for (let i = 0; i < texts.length; i += 10) console.log(texts.slice(i, i + 10).join(' '))
}
printTens(fromScratch)

// Nine of ten digits, from a table of weights and a loop.
//
// ## 5. The same with a linear layer and an optimiser
//
// None of that has to be written twice. A linear layer is a line of an architecture, which is plain data, and SGD is an optimiser that
// is handed to `fit`. The bytes go in as they are: dividing them by 255 is the first thing the network does. Everything, the
// gradients and the optimiser included, becomes one ONNX graph, which onnxruntime executes.

import { formatSummary, linear, summary } from '@pixelrow/model'
import { fit, sgd } from '@pixelrow/train'

console.log(`${formatSummary(summary(linear(train)))}\n`)

const options = { validation, batchSize: 256, optimizer: sgd(), learningRate: 1, seed: 1 }
const { history } = await fit(linear(train), train, { ...options, epochs: 20 })
const linearLayer = history.map(({ accuracy }) => accuracy!)
printTens(linearLayer)

// The same classifier is better after half the epochs because its weights begin near zero, as PyTorch's do, and not at numbers around
// 1: there is less to unlearn.
//
// ## 6. The same with a learner
//
// A learner is a `fit` that remembers its model and its history: calling `fit` again goes on from there. What `onEpoch` is told makes the
// table that fastai's users know. The seed is the one above, and so are the accuracies.

import { createLearner, type EpochRecord } from '@pixelrow/train'

const onEpoch = ({ epoch, trainLoss, validationLoss, accuracy, seconds }: EpochRecord) =>
  printCells(epoch, trainLoss.toFixed(6), validationLoss!.toFixed(6), accuracy!.toFixed(4), `${seconds.toFixed(2)} s`)

printCells('epoch', 'train_loss', 'valid_loss', 'accuracy', 'time')
await createLearner(linear(train), train, { ...options, onEpoch }).fit(10)

// ## 7. A non-linearity
//
// Two linear layers in a row are no more than one: a sum of sums is a sum. But with a function between them that is not
// linear, and enough numbers in the middle, they can come near any function. The simplest there is will do: ReLU puts zero in place of
// what is below zero. So 784 pixels, 60 numbers, ReLU, 10 digits; with more epochs, and a learning rate half as large.

import { mlp } from '@pixelrow/model'

const architecture = mlp(train, { hidden: [60] })
console.log(`${formatSummary(summary(architecture))}\n`)

const learner = createLearner(architecture, train, { ...options, learningRate: 0.5 })
await learner.fit(40)
const withRelu = learner.history.map(({ accuracy }) => accuracy!)
printTens(withRelu)

// Five more digits of a hundred are right. The history has the accuracy of every epoch, drawn here beside those of the two linear
// classifiers.

import { writeFile } from 'node:fs/promises'
import { lineY, plot, selectLast, text } from '@observablehq/plot'
import { parseHTML } from 'linkedom'

const curves = { 'from scratch': fromScratch, 'linear layer': linearLayer, 'with a ReLU': withRelu }
const points = Object.entries(curves).flatMap(([name, accuracies]) =>
  accuracies.map((accuracy, i) => ({ name, epoch: i + 1, accuracy: 100 * accuracy })),
)
const place = { x: 'epoch', y: 'accuracy' }
const chart = plot({
  document: parseHTML('<html></html>').document,
  width: 720,
  height: 400,
  marginTop: 36,
  marginRight: 100,
  marginBottom: 44,
  style: { fontSize: '13px', background: 'var(--page, #ffffff)', color: 'var(--ink, #1f2328)' },
  x: { label: 'epoch', labelAnchor: 'center', labelArrow: 'none', domain: [1, 40], ticks: [1, 10, 20, 30, 40] },
  y: { label: 'accuracy on the validation rows, %', labelArrow: 'none', grid: true, nice: true },
  color: { domain: Object.keys(curves), range: ['#7d8590', '#cf7a1c', '#2f81f7'] },
  marks: [
    lineY(points, { ...place, stroke: 'name', strokeWidth: 2, marker: 'dot' }),
    text(points, selectLast({ ...place, text: 'name', fill: 'name', textAnchor: 'start', dx: 6 })),
  ],
})
chart.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
const dark = '@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --ink: #d1d7e0 } }'
await writeFile('accuracy.svg', chart.outerHTML.replace('<style>', `<style>${dark}`))

// ![Validation accuracy by epoch of the three classifiers](accuracy.svg)
//
// ## 8. Submit
//
// The learner's model is plain data: weights, classes, architecture. `predict` answers for each row of `test.csv` with the class of the
// largest of ten probabilities, and the answers go into a file as Kaggle wants it: `ImageId` from 1, and `Label`.

import { readFile } from 'node:fs/promises'
import { writeSubmission } from '@pixelrow/data'
import { predict as predictAll } from '@pixelrow/train'

const { labels } = await predictAll(learner.model!, test.pixels)
await writeSubmission('submission.csv', { labels, classes: table.classes })
const lines = (await readFile('submission.csv', 'utf8')).trimEnd().split('\n')
console.log([...lines.slice(0, 4), '…', ...lines.slice(-3)].join('\n'))

// Upload `submission.csv` on the competition's page, or with Kaggle's own command:
//
// ```sh
// kaggle competitions submit -c digit-recognizer -f submission.csv -m "784-60-10 with a ReLU"
// ```
//
// Kaggle then tells the share of right answers. For the digits that come with `pixelrow` the true labels are known, so the score can
// be told here: with Kaggle's files in their place, leave this last step out.

import { readSubmission } from '@pixelrow/data'

const solution = await readSubmission(files.solution)
const score = solution.labels.filter((label, row) => label === table.classes![labels[row]!]).length / test.rows
console.log(`${test.rows} answers, ${(100 * score).toFixed(2)} % right`)

// That is the score to expect from these two layers. [`pixelrow run`](../apps/cli) does all of this page in one command, with a
// better recipe, and also writes the model as an ONNX file; [`check_in_pytorch.py`](../examples/check_in_pytorch.py) takes
// the weights to PyTorch and finds the same probabilities.
