// What is measured: the recipes' nets on digits, and a ResNet-18 on pictures of 32×32×3, each with the recipe's optimiser.
import { random } from '@pixelrow/data'
import { resnet } from '@pixelrow/model'
import { recipes, sgd } from '@pixelrow/train'

/** The nets by name: architecture, optimiser and batch for one training step. */
export function nets(digits) {
  const recipe = (name) => {
    const { architecture, options } = recipes[name].prepare(digits)
    return { architecture, table: digits, ...options }
  }
  const pictures = noise(4096)
  return {
    mlp: recipe('mlp'),
    fast: recipe('fast'),
    cnn: recipe('cnn'),
    best: recipe('best'),
    resnet18: {
      architecture: resnet(pictures, { filters: [64, 128, 256, 512], blocks: 2 }),
      table: pictures,
      optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
      learningRate: 0.02,
      batchSize: 128,
    },
  }
}

/** A step's time does not depend on what is on the pictures. */
function noise(rows) {
  const shape = { height: 32, width: 32, channels: 3, channelOrder: 'interleaved' }
  const { uniform } = random(1, 0)
  const pixels = Uint8Array.from({ length: rows * 3072 }, (_, i) => 256 * uniform(0, i))
  const labels = Uint16Array.from({ length: rows }, (_, row) => row % 10)
  return { pixels, labels, rows, shape, maxValue: 255, classes: Array.from('0123456789') }
}
