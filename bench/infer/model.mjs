// The model that all contenders run: a small convolutional net, as untrained weights take the same time.
import { writeFileSync } from 'node:fs'
import { cnn, initialize } from '@pixelrow/model'
import { toOnnx } from 'pixelrow'

const classes = [...'0123456789']
const shape = { height: 28, width: 28, channels: 1, channelOrder: 'interleaved' }

/** A small convolutional net for digits. */
export const architecture = cnn({ shape, maxValue: 255, classes }, { filters: [16, 32] })

/** The net's weights, by name. */
export function initialWeights() {
  return initialize(architecture, (stream, index) => (((stream * 7919 + index * 104_729) % 9973) + 0.5) / 9973)
}

/** Writes it as a file. */
export function writeModel(path) {
  writeFileSync(path, toOnnx({ architecture, weights: initialWeights(), classes }))
}
