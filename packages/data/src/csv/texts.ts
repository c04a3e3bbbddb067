import { DataError } from '../error.ts'
import { instead } from '../source/sniff.ts'
import { allBytes, type ByteSource } from '../source/source.ts'
import { cellTexts, isBlank, lineAt, type Where } from './cells.ts'
import { separatorIn } from './lines.ts'

/** A small table of texts: the names of its columns, and its rows with their lines in the file. */
export interface Texts {
  file: string
  names: string[]
  rows: { line: number; cells: string[] }[]
}

/** All cells of a CSV with a header, as texts; also with semicolons, tabs, vertical bars or spaces between the cells. Closes the source. */
export async function textsOf(source: ByteSource): Promise<Texts> {
  const file = source.name
  const bytes = await allBytes(source)
  try {
    return textsIn(file, bytes)
  } catch (error) {
    throw await instead(error, source, bytes.subarray(0, 1 << 16), 'a CSV of file names and labels')
  }
}

function textsIn(file: string, bytes: Uint8Array): Texts {
  const rows: Texts['rows'] = []
  let where: Where = { file }
  const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  for (
    let line = lineAt(bytes, isMarked ? 3 : 0, 1, true);
    line;
    line = lineAt(bytes, line.next, line.number + 1, true)
  ) {
    if (isBlank(bytes, line)) continue
    const separator = rows.length === 0 ? separatorIn(bytes, line, { file }) : undefined
    if (separator !== undefined) where = { file, separator }
    const cells = cellTexts(bytes, line, where).map((cell) => cell.trim())
    const [expected, found] = [`${rows[0]?.cells.length} cells`, `${cells.length}`]
    if (rows[0] && cells.length !== rows[0].cells.length)
      throw new DataError({ code: 'DATA_CELLS_COUNT', file, row: line.number, expected, found })
    rows.push({ line: line.number, cells })
  }
  const [header, ...rest] = rows
  if (header && rest.length > 0) return { file, names: header.cells, rows: rest }
  throw new DataError({ code: 'DATA_ROWS_MISSING', file, problem: 'has no header with rows below it' })
}
