// MNIST's digits as the bundle carries them.
import { brotliDecompressSync } from 'node:zlib'
import packed from 'packed-digits'
import { IMAGE, TEST, TRAIN } from './digit-bytes.mjs'

/** The tables `train` (42,000 rows) and `test` (10,000). */
export function readDigits() {
  const bytes = brotliDecompressSync(packed)
  const labels = (TRAIN + TEST) * IMAGE
  const table = (first, rows) => ({
    pixels: new Uint8Array(bytes.subarray(first * IMAGE, (first + rows) * IMAGE)),
    labels: Uint16Array.from(bytes.subarray(labels + first, labels + first + rows)),
    rows,
    shape: { height: 28, width: 28, channels: 1, channelOrder: 'interleaved' },
    maxValue: 255,
    classes: Array.from('0123456789'),
  })
  return { train: table(0, TRAIN), test: table(TRAIN, TEST) }
}
