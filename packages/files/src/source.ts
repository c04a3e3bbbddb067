import { isA } from '../../../common/kinds.ts'
import { show } from '../../../common/options.ts'
import { downloadAgain, FileError } from './error.ts'
import type { ByteSource, FileLike } from './types.ts'

/** A source with a name, whose `read` gives as many bytes as were asked for or throws. */
export interface Input {
  name: string
  size: number
  read(offset: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** Reads from anything that is not a path. */
export async function inputOf(source: Uint8Array | Blob | FileLike | ByteSource, name: string): Promise<Input> {
  if (isA(source, 'Uint8Array')) return exactly(bytesSource(source), name)
  if (isA(source, 'Blob', 'File')) return exactly(blobSource(source), name)
  if (typeof source === 'object' && source !== null) {
    if ('stat' in source) return exactly(await fileSource(source), name)
    if ('read' in source && 'size' in source) return exactly(source, name)
  }
  const [expected, found] = ['a path, a URL, bytes, a blob, an open file or { size, read }', show(source)]
  const problem = `expected ${expected}, found ${found}`
  throw new FileError({ code: 'FILES_SOURCE_INVALID', params: { expected, found }, file: name, problem })
}

const bytesSource = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
})

const blobSource = (blob: Blob): ByteSource => ({
  size: blob.size,
  read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
})

/** An open file; whoever opened it closes it. */
export async function fileSource(file: FileLike): Promise<ByteSource> {
  const { size } = await file.stat()
  return { size, read: (offset, length) => readFully(file, offset, length) }
}

async function readFully(file: FileLike, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}

/** Makes too few bytes, and reading after `close`, an error. */
export function exactly(source: ByteSource, name: string): Input {
  let closed = false
  return {
    name,
    size: source.size,
    async read(offset, length) {
      const advice = 'Open it again with readZip.'
      if (closed) throw new FileError({ code: 'FILES_CLOSED', file: name, problem: 'is closed', advice })
      const bytes = await source.read(offset, length)
      if (bytes.length === length) return bytes
      const problem = `expected ${length} bytes, found ${bytes.length}: the file became shorter while it was read`
      const params = { expected: length, found: bytes.length }
      throw new FileError({ code: 'FILES_CHANGED', params, file: name, offset, problem, advice: downloadAgain })
    },
    async close() {
      if (closed) return
      closed = true
      await source.close?.()
    },
  }
}
