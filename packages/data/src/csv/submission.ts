import { DataError } from '../error.ts'
import { instead } from '../source/sniff.ts'
import type { ByteSource } from '../source/source.ts'
import { concat } from '../source/stream.ts'
import { cellTexts, isBlank, lineAt } from './cells.ts'

/** A submission, or the sample of one that a competition gives. */
export interface Submission {
  /** Names of the two columns. */
  header: [string, string]
  ids: string[]
  labels: string[]
}

/** Some rows of a submission. */
export interface SubmissionPiece extends Submission {
  /** The line of each row in the file, from 1, counting the header and blank lines: where an editor shows it. */
  lines: number[]
  /** That of the header. */
  headerLine: number
}

/** The sample of a submission: one column for the label, or one for each class. */
export interface Sample {
  /** Names of the columns: that of the ids first. */
  header: string[]
  ids: string[]
  /** The texts of the second column. */
  labels: string[]
}

/** The first two cells of some rows. */
interface Piece extends Sample {
  lines: number[]
  headerLine: number
}

/** Whether a file's name is that of a competition's sample: `sample_submission.csv`, `SampleSubmission.csv.gz`, `submission_format.csv`, … */
export function isSampleName(path: string): boolean {
  const name = path.replace(/^.*[/\\]/, '').toLowerCase()
  if (!/\.csv(\.gz)?$/.test(name)) return false
  const letters = name.replace(/\.csv(\.gz)?$/, '').replace(/[^a-z]/g, '')
  return /^(sample|example)sub(mission)?/.test(letters) || /^sub(mission)?(sample|example|format)/.test(letters)
}

/** So many bytes of its start tell of what kind a file is that is no submission. */
const HEAD = 1 << 16

/** The submission in a CSV file of two columns, piece by piece. */
export async function* submissionPieces(source: ByteSource): AsyncGenerator<SubmissionPiece, void, undefined> {
  for await (const { header, ...rows } of piecesOf(source, 2)) yield { header: [header[0]!, header[1]!], ...rows }
}

/** The whole of it. */
export async function submissionOf(source: ByteSource): Promise<Submission> {
  const { header, ids, labels } = await sampleOf(source, 2)
  return { header: [header[0]!, header[1]!], ids, labels }
}

/** A sample of `columns`, or of as many as there are. */
export async function sampleOf(source: ByteSource, columns?: number): Promise<Sample> {
  const whole: Sample = { header: [], ids: [], labels: [] }
  for await (const { header, ids, labels } of piecesOf(source, columns)) {
    whole.header = header
    for (let row = 0; row < ids.length; row++) {
      whole.ids.push(ids[row]!)
      whole.labels.push(labels[row]!)
    }
  }
  return whole
}

/** All rows of a file of ids and something else, checked; at least one. */
async function* piecesOf(source: ByteSource, columns?: number): AsyncGenerator<Piece, void, undefined> {
  const reader = rowReader(source.name, columns)
  let found = 0
  let start: Uint8Array | undefined
  try {
    for await (const { bytes, last } of wholeLines(source, (first) => {
      start = first.slice(0, HEAD)
    })) {
      const piece = reader(bytes, last)
      if (piece.ids.length === 0) continue
      found += piece.ids.length
      yield piece
    }
    await source.done?.()
    if (found > 0) return
    throw new DataError({ code: 'DATA_ROWS_MISSING', file: source.name, problem: 'has no rows of id and label' })
  } catch (error) {
    throw await instead(error, source, start, 'a CSV of ids and labels')
  } finally {
    await source.close()
  }
}

/** A source's bytes, cut at ends of lines; the first are given as they come, too. */
async function* wholeLines(
  { chunks }: ByteSource,
  onStart: (first: Uint8Array) => void,
): AsyncGenerator<{ bytes: Uint8Array; last: boolean }> {
  let rest: Uint8Array = new Uint8Array()
  let next = await chunks.next()
  if (!next.done) onStart(next.value)
  for (; !next.done; next = await chunks.next()) {
    const end = next.value.lastIndexOf(10) + 1
    if (end > 0) yield { bytes: concat([rest, next.value.subarray(0, end)]), last: false }
    rest = end > 0 ? next.value.slice(end) : concat([rest, next.value])
  }
  if (rest.length > 0) yield { bytes: rest, last: true }
}

/** Makes a reader of one file's lines, to be given them in order. */
function rowReader(file: string, columns?: number): (bytes: Uint8Array, last: boolean) => Piece {
  let header: string[] | undefined
  let headerLine = 0
  let number = 1
  function lines(bytes: Uint8Array, last: boolean, piece: Piece): void {
    const marked = number === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    for (let line = lineAt(bytes, marked ? 3 : 0, number, last); line; line = lineAt(bytes, line.next, number, last)) {
      number++
      if (isBlank(bytes, line)) continue
      const cells = cellTexts(bytes, line, header ? { file, names: header } : { file })
      requireRow(file, cells, { line: line.number, header, columns })
      if (header) take(piece, cells[0]!, cells[1]!, line.number)
      else [header, headerLine] = [cells, line.number]
    }
  }
  return (bytes, last) => {
    const piece: Piece = { header: [], headerLine: 0, ids: [], labels: [], lines: [] }
    const plain = header?.length === 2 ? plainRows(bytes, piece, number) : undefined
    if (plain === undefined) lines(bytes, last, piece)
    else number = plain
    return { ...piece, header: header ?? [], headerLine }
  }
}

function take({ ids, labels, lines }: Piece, id: string, label: string, line: number): void {
  ids.push(id)
  labels.push(label)
  lines.push(line)
}

const ascii = new TextDecoder()

/** Reads whole lines of nothing but two plain cells, as most are, in a fraction of the time, and returns the next line's number; undefined where a line is not so. */
function plainRows(bytes: Uint8Array, piece: Piece, number: number): number | undefined {
  const text = ascii.decode(bytes)
  if (!/^(?:[!#-+\--~]+,[!#-+\--~]*\n)*$/.test(text)) return undefined
  for (let start = 0; start < text.length; ) {
    const [comma, end] = [text.indexOf(',', start), text.indexOf('\n', start)]
    take(piece, text.slice(start, comma), text.slice(comma + 1, end), number++)
    start = end + 1
  }
  return number
}

/** What a row is held against. */
interface Wanted {
  line: number
  header: readonly string[] | undefined
  columns: number | undefined
}

function requireRow(file: string, cells: string[], { line, header, columns }: Wanted): void {
  const count = columns ?? header?.length ?? Math.max(2, cells.length)
  if (cells.length === count && cells[0] !== '') return
  const found = cells.length === count ? 'an empty id' : `${cells.length} cells`
  const expected = count === 2 ? 'an id and a label' : `${count} cells`
  const place = { file, row: line, expected, found }
  const isWide = !header && cells.length > 2
  if (isWide) throw new DataError({ code: 'DATA_SUBMISSION_COLUMNS', params: { columns: cells }, ...place })
  throw new DataError({ code: cells.length === count ? 'DATA_ID_EMPTY' : 'DATA_CELLS_COUNT', ...place })
}
