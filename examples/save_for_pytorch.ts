// Saves a trained network's weights, 1,000 digits and what it says of them, for check_in_pytorch.py.
import { writeFile } from 'node:fs/promises'
import { readTable, selectRows } from '@pixelrow/data'
import { mlp, toSafetensors } from '@pixelrow/model'
import { fit, predict, sgd } from '@pixelrow/train'
import { digits } from 'pixelrow'

const files = await digits()
const [train, test] = await Promise.all([readTable(files.train), readTable(files.test)])
const options = { epochs: 3, batchSize: 256, learningRate: 0.5, optimizer: sgd(), seed: 1 }
const { model } = await fit(mlp(train, { hidden: [60] }), train, options)
await writeFile('model.safetensors', toSafetensors(model.weights))

const rows = Uint32Array.from({ length: 1000 }, (_, i) => i * 28)
const { pixels } = selectRows(test, rows)
const { probabilities } = await predict(model, pixels)
const said = {
  pixels: { dims: [1000, 784], data: Float32Array.from(pixels) },
  probabilities: { dims: [1000, 10], data: probabilities },
}
await writeFile('digits.safetensors', toSafetensors(said))
