import { DataError } from '../error.ts'
import { allBytes, type ByteSource } from '../source/source.ts'
import { cellTexts, isBlank, lineAt } from './cells.ts'

/** A submission, or the sample of one that a competition gives. */
export interface Submission {
  /** Names of the two columns. */
  header: [string, string]
  ids: string[]
  labels: string[]
}

/** The submission in a CSV file of two columns. */
export async function submissionOf(source: ByteSource): Promise<Submission> {
  const bytes = await allBytes(source)
  const file = source.name
  let header: [string, string] | undefined
  const ids: string[] = []
  const labels: string[] = []
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  for (let line = lineAt(bytes, start, 1, true); line; line = lineAt(bytes, line.next, line.number + 1, true)) {
    if (isBlank(bytes, line)) continue
    const cells = cellTexts(bytes, line, header ? { file, names: header } : { file })
    const [id = '', label = ''] = cells
    if (cells.length !== 2 || id === '') {
      const found = cells.length === 2 ? 'an empty id' : `${cells.length} cells`
      throw new DataError({ file, row: line.number, expected: 'an id and a label', found })
    }
    if (!header) header = [id, label]
    else labels[ids.push(id) - 1] = label
  }
  if (header && ids.length > 0) return { header, ids, labels }
  throw new DataError({ file, problem: 'has no rows of id and label' })
}
