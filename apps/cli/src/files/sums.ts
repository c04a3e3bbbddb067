import { createHash, type Hash } from 'node:crypto'
import { inputOf } from '@pixelrow/files'

/** Size and SHA-256 of a file; of a folder, of a list of the files in it that were read. */
export interface Sum {
  size: number
  sha256: string
}

/** The sum of a file that is there. */
export async function sumOf(path: string): Promise<Sum> {
  const { size, sha256 } = await inputOf(path)
  return { size, sha256 }
}

/** Adds up files while they are read. */
export interface Summing {
  /** Told the bytes as they come. */
  onBytes(name: string, bytes: Uint8Array): void
  /** The sum of a file that came piece by piece; undefined where it did not come. */
  of(name: string): Sum | undefined
  /** How many files came, and the sum of `name`, size and sum of each, a line for each in the order of the names. */
  ofAll(): Sum & { files: number }
}

/** Begins to add up. A file that comes again, as pictures do, is the same file. */
export function summing({ whole }: { whole: boolean }): Summing {
  const found = new Map<string, { size: number; hash: Hash }>()
  return {
    onBytes(name, bytes) {
      const file = (whole ? undefined : found.get(name)) ?? { size: 0, hash: createHash('sha256') }
      file.size += bytes.length
      file.hash.update(bytes)
      found.set(name, file)
    },
    of(name) {
      const file = found.get(name)
      return file && { size: file.size, sha256: file.hash.copy().digest('hex') }
    },
    ofAll() {
      const all = createHash('sha256')
      let size = 0
      for (const [name, file] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
        size += file.size
        all.update(`${JSON.stringify(name)} ${file.size} ${file.hash.copy().digest('hex')}\n`)
      }
      return { files: found.size, size, sha256: all.digest('hex') }
    },
  }
}
