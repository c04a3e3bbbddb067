import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { readElf } from './elf.ts'
import type { Image, Read } from './image.ts'

/**
 * Opens a shared library for as long as `use` takes, and reads its tables alone: nothing of it is mapped or
 * loaded. Undefined where there is no such file, or it is another kind of file or a damaged one.
 */
export function withImage<T>(path: string, use: (image: Image, read: Read) => T): T | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const read = reader(file)
    const image = readElf(read)
    return image && use(image, read)
  } catch (error) {
    // Cut short, or no file at all.
    if (error instanceof RangeError || (error as NodeJS.ErrnoException).syscall) return undefined
    throw error
  } finally {
    closeSync(file)
  }
}

function reader(file: number): Read {
  const { size } = fstatSync(file)
  return (offset, length) => {
    if (!(offset >= 0 && length >= 0 && offset + length <= size)) throw new RangeError('beyond the end of the file')
    const bytes = Buffer.allocUnsafe(length)
    for (let at = 0; at < length; ) {
      const count = readSync(file, bytes, at, length - at, offset + at)
      if (count === 0) throw new RangeError('the file was cut')
      at += count
    }
    return bytes
  }
}
