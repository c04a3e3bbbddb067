import { createHash } from 'node:crypto'
import { basename, dirname, resolve } from 'node:path'
import { type FileData, writeFileAtomic } from '../atomic.ts'
import type { WriteOptions } from '../types.ts'
import type { Written } from './draft.ts'
import type { FileOutput } from './output.ts'
import { hashed } from './stage.ts'

/** A device or a pipe as an output: it is written to at once, nothing is written down of it, and nobody has it for himself. */
export function deviceOutput(path: string): FileOutput {
  const folder = dirname(resolve(path))
  const nothing = async () => {}
  return {
    name: basename(path),
    folder,
    names: async () => [],
    write: (name, data, how) => writeThrough(resolve(folder, name), data, how),
    remove: () => {},
    commit: nothing,
    close: nothing,
    [Symbol.asyncDispose]: nothing,
  }
}

async function writeThrough(path: string, data: FileData, how: WriteOptions = {}): Promise<Written> {
  const hash = createHash('sha256')
  let size = 0
  const sum = {
    update(bytes: Uint8Array) {
      size += bytes.length
      hash.update(bytes)
    },
  }
  await writeFileAtomic(path, hashed(data, sum), how)
  return { path: undefined, size, sha256: hash.digest('hex') }
}
