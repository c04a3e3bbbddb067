import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { csvCell, submissionText } from '@pixelrow/data'
import type { FileOutput } from '@pixelrow/files'
import { classRule } from '../submission/check.ts'
import { submissionCheck, writeClaimed } from '../submission/write.ts'
import type { Answers } from './answers.ts'

/** Text that is written at a time. */
const partSize = 1 << 16

/** What goes into the files besides the answers. */
export interface Heading {
  header: readonly [string, string]
  classes: readonly string[]
  /** The ids in the order in which they must come, where that is known before. */
  ids?: readonly string[] | undefined
  /** Columns of the file of probabilities after the id, each a class; default the classes in their order. */
  columns?: readonly string[]
}

/** Who follows the writing. */
interface Follower {
  signal: AbortSignal
  onRows(rows: number): void
}

/** The submission's text, piece by piece as answers come. `onAnswers` gets them too, with the number of rows before. */
export async function* submissionOf(
  answers: AsyncIterable<Answers>,
  { header, classes }: Heading,
  { onRows }: Pick<Follower, 'onRows'>,
  onAnswers?: (answers: Answers, before: number) => Promise<void>,
): AsyncGenerator<string> {
  let before = 0
  let text = `${header.map(csvCell).join(',')}\n`
  for await (const piece of answers) {
    const { rows, labels, ids } = piece
    const lines = submissionText({ labels, classes, ...(ids ? { ids } : { firstId: before + 1 }) })
    text += lines.slice(lines.indexOf('\n') + 1)
    if (text.length > partSize) {
      yield text
      text = ''
    }
    await onAnswers?.(piece, before)
    before += rows
    onRows(before)
  }
  yield text
}

/** Where predictions go: files that are claimed, and what errors call them. */
export interface Destination {
  labels: Claimed
  probabilities?: Claimed | undefined
}

interface Claimed {
  output: FileOutput
  shown: string
}

/** Writes a submission, and the probabilities where they have a place; nothing is seen before it is committed. Tells whether all could be read back. */
export async function writePredictions(
  answers: AsyncIterable<Answers>,
  heading: Heading,
  { labels, probabilities, ...follower }: Follower & Destination,
): Promise<boolean> {
  const { signal } = follower
  let rows = 0
  const onRows = (now: number) => {
    rows = now
    follower.onRows(now)
  }
  const { header, classes, ids } = heading
  let counted = true
  async function* noted() {
    for await (const piece of answers) {
      counted &&= piece.ids === undefined
      yield piece
    }
  }
  const idOf = (row: number) => (ids ? ids[row] : counted ? String(row + 1) : undefined)
  const { output, shown } = labels
  const check = submissionCheck(shown, () => ({ header, idOf, rows, labels: classRule(classes) }))
  const how = { shown, signal, check }
  if (probabilities === undefined) return writeClaimed(output, submissionOf(noted(), heading, { onRows }), how)
  const beside = probabilityFile(probabilities, heading, signal)
  let isReadBack = false
  async function* both() {
    yield* submissionOf(noted(), heading, { onRows }, beside.write)
    isReadBack = await beside.end()
  }
  try {
    return (await writeClaimed(output, both(), how)) && isReadBack
  } catch (error) {
    await beside.cancel(error)
    throw error
  }
}

/** A file that probabilities are written into as they come. */
function probabilityFile(
  { output, shown }: Claimed,
  { header, classes, columns = classes }: Heading,
  signal: AbortSignal,
) {
  const pipe = new PassThrough()
  const written = writeClaimed(output, pipe as AsyncIterable<string>, { shown, signal })
  written.catch(() => {})
  // What fails is told by `written`; an error of the stream that nobody hears would end the process.
  pipe.on('error', () => {})
  const order = columns.map((name) => classes.indexOf(name))
  pipe.write(`${[header[0], ...columns].map(csvCell).join(',')}\n`)
  return {
    async write({ rows, ids, probabilities }: Answers, before: number): Promise<void> {
      const names = ids ?? Array.from({ length: rows }, (_, row) => String(before + row + 1))
      if (pipe.write(probabilityLines(names, probabilities, order))) return
      await Promise.race([once(pipe, 'drain').catch(() => written), written])
    },
    async end(): Promise<boolean> {
      pipe.end()
      return written
    },
    async cancel(error: unknown): Promise<void> {
      pipe.destroy(error as Error)
      await written.catch(() => {})
    },
  }
}

/** Six digits: a float32 holds little more, and the text stays the same on every machine that computes the same. */
function probabilityLines(ids: readonly string[], probabilities: Float32Array, order: readonly number[]): string {
  const classes = probabilities.length / ids.length
  let text = ''
  for (const [row, id] of ids.entries()) {
    text += csvCell(id)
    for (const place of order) text += `,${Number(probabilities[row * classes + place]!.toPrecision(6))}`
    text += '\n'
  }
  return text
}
