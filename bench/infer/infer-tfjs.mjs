// TensorFlow.js' side of infer.mjs: backend, rows, repeats, threads; prints the milliseconds of each repeat and the first probabilities as JSON.
import { loadTfjs } from '../tfjs.mjs'
import { architecture, initialWeights } from './model.mjs'

const [backend, ...numbers] = process.argv.slice(2)
const [rows, repeats, threads] = numbers.map(Number)
const weights = initialWeights()
const tf = await loadTfjs(backend, threads)
const pixels = Uint8Array.from({ length: rows * 784 }, (_, i) => (i * 37 + (i >> 9)) % 256)

/** The same net: images channels last, as TensorFlow has them. */
function build() {
  const model = tf.sequential()
  let size = [28, 28, 1]
  architecture.layers.forEach((layer, index) => {
    const first = model.layers.length === 0 && { inputShape: [28, 28, 1] }
    if (layer.type === 'conv2d') {
      const { filters, kernelSize, stride: strides = 1, padding } = layer
      model.add(tf.layers.conv2d({ ...first, filters, kernelSize, strides, padding }))
      setWeights(model, index, (w) => tf.transpose(w, [2, 3, 1, 0]))
    } else if (layer.type === 'dense') {
      const last = index === architecture.layers.length - 1
      model.add(tf.layers.dense({ units: layer.units, ...(last && { activation: 'softmax' }) }))
      // Its rows count channels first in pixelrow.
      const [height, width, channels] = size
      setWeights(model, index, (w) =>
        tf.transpose(w.reshape([channels, height, width, layer.units]), [1, 2, 0, 3]).reshape(w.shape),
      )
    } else if (layer.type === 'relu') model.add(tf.layers.activation({ activation: 'relu' }))
    else if (layer.type === 'maxPool2d') model.add(tf.layers.maxPooling2d({ poolSize: layer.size }))
    else if (layer.type === 'flatten') {
      size = model.outputs[0].shape.slice(1)
      model.add(tf.layers.flatten())
    } else throw new Error(`no ${layer.type} here`)
  })
  return model
}

function setWeights(model, index, arrange) {
  const [weight, bias] = ['weight', 'bias'].map((name) => weights[`${index}.${name}`])
  const tensor = ({ dims, data }) => tf.tensor(data, dims)
  model.layers.at(-1).setWeights([arrange(tensor(weight)), tensor(bias)])
}

const model = build()

function run() {
  const probabilities = new Float32Array(rows * 10)
  for (let from = 0; from < rows; from += 256) {
    const part = pixels.subarray(from * 784, Math.min(from + 256, rows) * 784)
    const images = tf.tensor4d(Float32Array.from(part), [part.length / 784, 28, 28, 1])
    const found = tf.tidy(() => model.predict(tf.div(images, 255)))
    probabilities.set(found.dataSync(), from * 10)
    tf.dispose([images, found])
  }
  return probabilities
}

const first = [...run().subarray(0, 2560)]
const times = []
for (let repeat = 0; repeat < repeats; repeat++) {
  const began = performance.now()
  run()
  times.push(performance.now() - began)
}
console.log(JSON.stringify({ times, first }))
