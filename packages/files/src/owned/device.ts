import { createHash } from 'node:crypto'
import { readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
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

/** What a process holds open, by name: whoever names it has chosen what is behind it. */
const handle = /^\/(dev|proc\/[^/]+(\/task\/\d+)?)\/fd\/\d+$/

/** Whether a path leads to something that is there over what a process holds open, as `/dev/stdout` and `/dev/fd/3` do. */
export async function isHandle(path: string): Promise<boolean> {
  let place = path
  for (let hops = 0; hops < 40; hops++) {
    const folder = await realpath(dirname(place)).catch(() => dirname(place))
    if (handle.test(place) || handle.test(join(folder, basename(place)))) return true
    const next = await readlink(place).catch(() => undefined)
    if (next === undefined) return false
    place = resolve(folder, next)
  }
  return false
}
