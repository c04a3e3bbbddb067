import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { readSubmissionRows } from '@pixelrow/data'
import { writeFileAtomic } from '@pixelrow/files'
import { JobError } from '../line/errors.ts'
import { checker, type Expected } from './check.ts'

/** What may be read back: the sum of its bytes so far. */
interface Summed {
  sum: number
}

/**
 * Writes a file whole or not at all, reads it back, and removes it again where that is not what was written, or fails `check`. Tells whether
 * it could be read back: a pipe or a device is only written to.
 */
export async function writeReadBack(
  path: string,
  text: Iterable<string> | AsyncIterable<string>,
  signal?: AbortSignal,
  check: (bytes: AsyncIterable<Uint8Array>) => Promise<void> = drained,
): Promise<boolean> {
  const written: Summed = { sum: 0 }
  await writeFileAtomic(path, summed(text, written), signal && { signal })
  if (!(await stat(path)).isFile()) return false
  try {
    const found: Summed = { sum: 0 }
    const bytes = createReadStream(path, { highWaterMark: 1 << 18, ...(signal && { signal }) })
    await check(summed(bytes, found))
    if (found.sum !== written.sum) throw notAsWritten(path, 'the bytes that were written', 'others')
    return true
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

/** Gives parts on as bytes, adding up their sum. */
async function* summed(
  parts: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  so: Summed,
): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part
    so.sum = crc32(bytes, so.sum)
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
