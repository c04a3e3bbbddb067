import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cacheFolder, makeFolder, sweepTemporaries, temporaryIn } from '@pixelrow/files'
import { CodedError } from '../../../../common/error.ts'
import { JobError } from '../line/errors.ts'
import { imageBytes, readMnist, splitMnist } from './mnist.ts'

/** Where the embedded digits lie, shaped like the files of Kaggle's Digit Recognizer. */
export interface Digits {
  folder: string
  /** 42,000 rows under the header `label,pixel0,…,pixel783`. */
  train: string
  /** 28,000 rows under the header `pixel0,…,pixel783`. */
  test: string
  /** `ImageId,Label` with ids from 1 and label 0. */
  sampleSubmission: string
  /** The same with the true labels of test.csv. */
  solution: string
}

/** The files are always the same, so their sizes and sums tell a damaged cache, and a damaged package too. */
export const known: Record<string, { size: number; sha256: string }> = {
  'train.csv': { size: 76_733_681, sha256: '5d61471679b9afc4e9027f742dbbdf4868cea243b8d7cabf5feac6be21316e91' },
  'test.csv': { size: 51_089_654, sha256: '51eb8b135687f509643d830bf141217e8fadd0924b54e8459d31368cd9fb24c6' },
  'sample_submission.csv': {
    size: 212_908,
    sha256: '84a8e5d1e7618cc08d544cfb78769be96e6f2ff8f50b03a39dd4d396300e1225',
  },
  'solution.csv': { size: 212_908, sha256: '6dcf45247b741c9e5605e24d799e6f8b6c212871e61150c8dbf4cf258c13ad4a' },
}

/** Every file gets this date when it is made, so that one that was changed since is known at a glance. */
const made = new Date('2000-01-01T00:00:00Z')

/** Changes when the files do. */
const name = 'digits-2'
const pixelNames = Array.from({ length: imageBytes }, (_, pixel) => `pixel${pixel}`).join(',')

/** Whether a file is what it was made as: untouched since, or at least of the right sum. */
async function isFileWhole(path: string, { size, sha256 }: { size: number; sha256: string }, signal?: AbortSignal) {
  const info = await stat(path)
  if (info.size !== size) return false
  if (info.mtimeMs === made.getTime()) return true
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 })) hash.update(chunk)
  return hash.digest('hex') === sha256
}

async function isWhole(folder: string, signal?: AbortSignal): Promise<boolean> {
  const checks = Object.entries(known).map(([file, expected]) => isFileWhole(join(folder, file), expected, signal))
  try {
    return (await Promise.all(checks)).every(Boolean)
  } catch {
    signal?.throwIfAborted()
    return false
  }
}

/** Puts a row at `at` and returns where it ends. */
type Fill = (bytes: Uint8Array, at: number, row: number) => number

/** Writes rows in pieces of a few megabytes and returns the file's sum. */
async function writeRows(
  path: string,
  header: string,
  rows: number,
  fill: Fill,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'wx')
  const piece = new Uint8Array(1000 * (4 * imageBytes + 16))
  try {
    let end = new TextEncoder().encodeInto(`${header}\n`, piece).written
    for (let row = 0; row < rows; row++) {
      end = fill(piece, end, row)
      if (row % 900 < 899 && row < rows - 1) continue
      signal?.throwIfAborted()
      hash.update(piece.subarray(0, end))
      await file.write(piece, 0, end)
      end = 0
    }
    await file.utimes(made, made)
    // Its date says from here on that it is whole, also after a power cut.
    await file.sync()
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

/** The text of every byte with a comma after it, four bytes each, and how many of the four count. */
function cells(): { text: Uint8Array; lengths: Uint8Array } {
  const text = new Uint8Array(4 * 256)
  const lengths = new Uint8Array(256)
  for (let value = 0; value < 256; value++) {
    lengths[value] = new TextEncoder().encodeInto(`${value},`, text.subarray(4 * value)).written
  }
  return { text, lengths }
}

/** Makes the filler of pixel rows. All four bytes of a cell are copied always: a branch would cost more. */
function pixelRows(pixels: Uint8Array, rows: Uint32Array, labels?: Uint8Array): Fill {
  const { text, lengths } = cells()
  const put = (bytes: Uint8Array, at: number, value: number) => {
    const from = 4 * value
    bytes[at] = text[from]!
    bytes[at + 1] = text[from + 1]!
    bytes[at + 2] = text[from + 2]!
    bytes[at + 3] = text[from + 3]!
    return at + lengths[value]!
  }
  return (bytes, at, index) => {
    const row = rows[index]!
    if (labels) at = put(bytes, at, labels[row]!)
    for (let pixel = row * imageBytes, end = pixel + imageBytes; pixel < end; pixel++)
      at = put(bytes, at, pixels[pixel]!)
    bytes[at - 1] = 10
    return at
  }
}

function submissionRows(labelOf: (index: number) => number): Fill {
  const encoder = new TextEncoder()
  return (bytes, at, index) =>
    at + encoder.encodeInto(`${index + 1},${labelOf(index)}\n`, bytes.subarray(at, at + 16)).written
}

/** Writes the four files into a new folder; false where their sums are not the known ones. */
async function writeFiles(folder: string, signal?: AbortSignal): Promise<boolean> {
  const { pixels, labels } = await readMnist()
  signal?.throwIfAborted()
  const { train, test } = splitMnist(labels)
  const truth = (index: number) => labels[test[index]!]!
  const submission = (file: string, labelOf: (index: number) => number) =>
    writeRows(join(folder, file), 'ImageId,Label', test.length, submissionRows(labelOf), signal)
  const written: Record<string, string> = {
    'train.csv': await writeRows(
      join(folder, 'train.csv'),
      `label,${pixelNames}`,
      train.length,
      pixelRows(pixels, train, labels),
      signal,
    ),
    'test.csv': await writeRows(join(folder, 'test.csv'), pixelNames, test.length, pixelRows(pixels, test), signal),
    'sample_submission.csv': await submission('sample_submission.csv', () => 0),
    'solution.csv': await submission('solution.csv', truth),
  }
  return Object.entries(known).every(([file, { sha256 }]) => written[file] === sha256)
}

/** Moves a finished folder to its place; what another process made meanwhile is as good, and may be being read. */
async function moveIntoPlace(fresh: string, folder: string): Promise<void> {
  const aside = temporaryIn(dirname(folder))
  try {
    if (!(await isWhole(folder))) await rename(folder, aside).catch(() => {})
    await rename(fresh, folder)
  } catch (error) {
    if (!(await isWhole(folder))) throw error
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

async function build(cache: string, folder: string, signal?: AbortSignal): Promise<void> {
  const fresh = temporaryIn(cache)
  try {
    await makeFolder(cache)
    await mkdir(fresh)
    if (!(await writeFiles(fresh, signal))) {
      throw new JobError(
        'The installed package @pixelrow/digits does not hold the digits it should',
        'install it again',
        {
          code: 'CLI_DIGITS_DAMAGED',
        },
      )
    }
    await moveIntoPlace(fresh, folder)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (!code || error instanceof CodedError || signal?.aborted) throw error
    throw new JobError(
      `The embedded digits (130 MB) cannot be written to ${cache}: ${message}`,
      'set PIXELROW_CACHE to a folder that can be written',
      { code: 'CLI_DIGITS_UNWRITABLE', params: { path: cache, reason: message } },
    )
  } finally {
    // Nothing to remove where it could not be made; the error says so.
    await rm(fresh, { recursive: true, force: true }).catch(() => {})
  }
}

/**
 * The embedded digits as files: all 70,000 of MNIST, split once and for all, by class, into 42,000 rows to train on and
 * 28,000 to predict. The files are made on first use (130 MB in the user's cache folder, see {@link cacheFolder}), in one
 * step that other processes see whole or not at all, and made again when they are damaged.
 *
 * @param options.onBuild is called before the files are made, which takes a second or two.
 * @throws where the cache folder cannot be written or the package `@pixelrow/digits` is damaged.
 */
export async function digits(
  options: { signal?: AbortSignal; onBuild?: (folder: string) => void } = {},
): Promise<Digits> {
  const { signal, onBuild } = options
  const cache = cacheFolder()
  const folder = join(cache, name)
  await sweepTemporaries(cache)
  if (!(await isWhole(folder, signal))) {
    onBuild?.(folder)
    await build(cache, folder, signal)
  }
  return {
    folder,
    train: join(folder, 'train.csv'),
    test: join(folder, 'test.csv'),
    sampleSubmission: join(folder, 'sample_submission.csv'),
    solution: join(folder, 'solution.csv'),
  }
}
