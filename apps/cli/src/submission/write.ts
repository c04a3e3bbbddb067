import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readSubmissionRows } from '@pixelrow/data'
import type { FileOutput } from '@pixelrow/files'
import { JobError } from '../line/errors.ts'
import { checker, type Expected } from './check.ts'

/** How a claimed file is read back. */
interface ReadBack {
  signal?: AbortSignal
  /** Looks at what the file holds. */
  check?: ((bytes: AsyncIterable<Uint8Array>) => Promise<void>) | undefined
  /** What errors call it. */
  shown: string
}

/**
 * Reads a claim's file back before anybody sees it: what is not as it was written, or fails `check`, is never committed. Tells whether it could be
 * read back: a pipe or a device is only written to.
 */
export async function readBack(
  { path, sha256 }: Pick<Awaited<ReturnType<FileOutput['write']>>, 'path' | 'sha256'>,
  { signal, check = drained, shown }: ReadBack,
): Promise<boolean> {
  if (path === undefined) return false
  const hash = createHash('sha256')
  await check(hashedBy(hash, createReadStream(path, { highWaterMark: 1 << 18, ...(signal && { signal }) })))
  if (hash.digest('hex') !== sha256) throw notAsWritten(shown, 'the bytes that were written', 'others')
  return true
}

/** Writes a claim's file and reads it back. */
export async function writeClaimed(
  output: Pick<FileOutput, 'name' | 'write'>,
  text: AsyncIterable<string>,
  how: ReadBack & { signal: AbortSignal },
): Promise<boolean> {
  return readBack(await output.write(output.name, text, { signal: how.signal }), how)
}

async function* hashedBy(hash: Hash, parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const bytes of parts) {
    hash.update(bytes)
    yield bytes
  }
}

async function drained(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes);
}

/** Makes the check of a submission that is read back: header, ids, labels and number of rows. */
export function submissionCheck(path: string, expected: () => Expected) {
  return async (bytes: AsyncIterable<Uint8Array>): Promise<void> => {
    const { wrongIn, wrongAtEnd } = checker(expected())
    for await (const piece of readSubmissionRows(bytes, { name: path })) {
      const wrong = wrongIn(piece)
      if (wrong) throw notAsWritten(`${path} row ${wrong.row + 1}`, wrong.expected, wrong.found)
    }
    const wrong = wrongAtEnd()
    if (wrong) throw notAsWritten(`${path} row ${wrong.row + 1}`, wrong.expected, wrong.found)
  }
}

/** A file is not what it should be when it is read back. */
export function notAsWritten(place: string, expected: string, found: string): JobError {
  return new JobError(
    `${place}: expected ${expected}, found ${found}`,
    'is the disk in order, and does nothing else write there? If so, this is a bug in pixelrow: please report it',
    { code: 'CLI_WRITTEN_WRONG', params: { place, expected, found } },
  )
}
