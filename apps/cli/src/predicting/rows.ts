import { once } from 'node:events'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { csvCell, type PixelTable, readRows, submissionText, type TableSource } from '@pixelrow/data'
import { writeFileAtomic } from '@pixelrow/files'
import type { Classifier, Image } from '@pixelrow/infer-node'
import type { Flags } from '../line/flags.ts'
import type { Context } from '../main.ts'
import { isFolder } from '../tables/kind.ts'
import { likeModel, rowsLike } from '../tables/reading.ts'
import { picturesIn } from './inputs.ts'

/** Rows that are read at a time: as many as a worker is given at once. */
const batch = 1024

/** Text that is written at a time. */
const partSize = 1 << 16

const header = ['ImageId', 'Label'] as const

/** Images to classify, a piece for each run, with what goes beside each result. */
interface Piece {
  images: Image
  rows: number
  /** Left out where rows count from 1. */
  ids?: readonly string[]
}

/** What is classified: a file of rows, standard input, or a folder of pictures. */
export async function piecesOf(
  context: Context,
  classifier: Classifier,
  path: string,
  flags: Flags,
): Promise<AsyncIterable<Piece> | Iterable<Piece>> {
  if (path !== '-' && (await isFolder(path))) {
    const paths = await picturesIn(path)
    return paths.map((each) => ({ images: join(path, each), rows: 1, ids: [each] }))
  }
  return tablePieces(context, classifier, path, flags)
}

async function* tablePieces({ signal }: Context, classifier: Classifier, path: string, flags: Flags) {
  const source: TableSource = path === '-' ? process.stdin : path
  const name = path === '-' ? 'standard input' : path
  for await (const table of readRows(source, { ...rowsLike(flags, classifier), batch, name, signal })) {
    const { pixels, rows, ids }: PixelTable = likeModel(name, table, classifier)
    yield { images: pixels, rows, ...(ids && { ids }) }
  }
}

/** The submission's text, piece by piece as results come; reading, classifying and writing overlap. `onProbabilities` gets the same rows as probabilities. */
export async function* submissionOf(
  classifier: Classifier,
  pieces: AsyncIterable<Piece> | Iterable<Piece>,
  { signal, onRows, onProbabilities }: Outputs,
): AsyncGenerator<string> {
  const waiting: Piece[] = []
  let before = 0
  const { classes } = classifier
  let text = `${header.map(csvCell).join(',')}\n`
  await onProbabilities?.(`${[header[0], ...classes].map(csvCell).join(',')}\n`)
  for await (const { labels, probabilities } of classifier.predictRows(noted(pieces, waiting), {
    signal,
    transfer: true,
  })) {
    const { rows, ids } = waiting.shift()!
    const lines = submissionText({ labels, classes, ...(ids ? { ids } : { firstId: before + 1 }) })
    text += lines.slice(lines.indexOf('\n') + 1)
    if (text.length > partSize) {
      yield text
      text = ''
    }
    if (onProbabilities) {
      const names = ids ?? Array.from({ length: rows }, (_, row) => String(before + row + 1))
      await onProbabilities(probabilityLines(names, probabilities, classes.length))
    }
    before += rows
    onRows(before)
  }
  yield text
}

interface Outputs {
  signal: AbortSignal
  onRows: (rows: number) => void
  onProbabilities?: ((text: string) => Promise<void>) | undefined
}

/** Gives the images on and keeps the rest until their results come, in the same order. */
async function* noted(pieces: AsyncIterable<Piece> | Iterable<Piece>, waiting: Piece[]): AsyncGenerator<Image> {
  for await (const piece of pieces) {
    waiting.push(piece)
    yield piece.images
  }
}

/** Six digits: a float32 holds little more, and the text stays the same on every machine that computes the same. */
function probabilityLines(ids: readonly string[], probabilities: Float32Array, classes: number): string {
  let text = ''
  for (const [row, id] of ids.entries()) {
    text += csvCell(id)
    for (let k = row * classes; k < (row + 1) * classes; k++) text += `,${Number(probabilities[k]!.toPrecision(6))}`
    text += '\n'
  }
  return text
}

/** Writes a submission, and the probabilities where a path for them is given: each file whole or not at all, the submission last. */
export async function writePredictions(
  classifier: Classifier,
  pieces: AsyncIterable<Piece> | Iterable<Piece>,
  { out, probabilities, ...outputs }: Outputs & { out: string; probabilities: string | undefined },
): Promise<void> {
  const { signal } = outputs
  if (probabilities === undefined) return writeFileAtomic(out, submissionOf(classifier, pieces, outputs), { signal })
  const pipe = new PassThrough()
  const written = writeFileAtomic(probabilities, pipe, { signal })
  written.catch(() => {})
  const onProbabilities = async (text: string) => {
    if (!pipe.write(text)) await Promise.race([once(pipe, 'drain'), written])
  }
  async function* both() {
    yield* submissionOf(classifier, pieces, { ...outputs, onProbabilities })
    pipe.end()
    await written
  }
  try {
    await writeFileAtomic(out, both(), { signal })
  } catch (error) {
    pipe.destroy(error as Error)
    await written.catch(() => {})
    throw error
  }
}
