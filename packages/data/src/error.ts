/** What an error of this package is about, for programs to go by. */
export type DataErrorCode =
  /** There is no such option: `option`, the one probably meant as `suggestion`, all as `known`. */
  | 'DATA_OPTION_UNKNOWN'
  /** An option has a value that it cannot have: `option`, `expected`, `found`. */
  | 'DATA_OPTION_INVALID'
  /** Columns are neither pixel, label nor id: their names as `columns`, their `places` from 0, and whether there may be a `label` or an `id` that nobody has named. */
  | 'DATA_COLUMN_UNKNOWN'
  /** There is no column of a name that an option gives: its `name`, all that there are as `names`. */
  | 'DATA_COLUMN_MISSING'
  /** A label is none of the classes that were given: `label` and `classes`. */
  | 'DATA_LABEL_UNKNOWN'
  /** A row has no label. */
  | 'DATA_LABEL_EMPTY'
  /** Pixel columns are missing: `count` of them, the first few names as `columns`, and whether they are there and `named` as something else. */
  | 'DATA_PIXEL_MISSING'
  /** An unnamed first column counts the rows at first and then does not, in a file that is read piece by piece: `row`, `expected`, `found`. */
  | 'DATA_INDEX_BROKEN'
  /** An id stands twice in a submission: `id`, and both rows as `rows`, from 0. */
  | 'DATA_ID_DUPLICATE'
  /** A submission has more than two columns: their names as `columns`. */
  | 'DATA_SUBMISSION_COLUMNS'
  /** Pictures are to be read piece by piece, and nothing says their size and colours. */
  | 'DATA_SHAPE_MISSING'
  /** An option means nothing for this kind of source, or for what is in it: `option`, and where it is the kind, `source` and the `sources` that take it. */
  | 'DATA_OPTION_UNFIT'
  /** Two options say different things: `option` and `other`. */
  | 'DATA_OPTION_CONFLICT'
  /** What is to be read is nothing that this function reads: `expected`, `found`. */
  | 'DATA_SOURCE_INVALID'
  /** A table made by hand is none: `subject`, `field`, `row` from 0, `expected`, `found`. */
  | 'DATA_TABLE_INVALID'
  /** No row can be held out: `rows`, `asked`, the number of different `pictures`. */
  | 'DATA_SPLIT_IMPOSSIBLE'
  /** Images may have one of several shapes: `pixels`, and the `candidates`, each a `shape` and its `roughness`, the smoothest first. */
  | 'DATA_SHAPE_UNCLEAR'
  /** No shape that images usually have makes so many pixels: `pixels`. */
  | 'DATA_SHAPE_UNKNOWN'
  /** Images have another shape than was asked for: `expected` and `found`. */
  | 'DATA_SHAPE_OTHER'
  /** A text would not be read back from a CSV as it is: `field`, and its `index` there. */
  | 'DATA_TEXT_UNWRITABLE'
  /** Labels that IDX cannot hold: the number of `classes`, `expected`, `found`. */
  | 'DATA_LABEL_UNWRITABLE'
  /** The decoder of pictures is not installed: `package`. */
  | 'DATA_DECODER_MISSING'

/** Where a table is wrong, what was found there, what was expected, and what to do about it. */
export interface DataErrorDetail {
  code?: DataErrorCode
  /** What the code's sentence is made of, besides the place and what was found and expected. */
  params?: Readonly<Record<string, unknown>>
  /** Path, URL or name of the source. */
  file?: string
  /** Line in the file, from 1, counting the header and blank lines: where an editor shows it. */
  row?: number
  /** Column's name, or its number from 1 where the file has no header. */
  column?: string | number
  /** What is there; the problem, where that is all there is to say. */
  found?: string
  /** What should be there. */
  expected?: string
  /** The problem in words, where "expected …, found …" does not say it. */
  problem?: string
  /** A sentence that says what to do. */
  advice?: string
}

/** The one error of this package: `train.csv row 17: expected 785 cells, found 784. Correct or delete this row.` */
export class DataError extends Error {
  override name = 'DataError'
  /** Errors that were made before codes have none. */
  declare readonly code?: DataErrorCode
  /** The code's parameters, plain data: those that it lists, and of `file`, `row`, `column`, `found` and `expected` what is known. */
  declare readonly params?: Readonly<Record<string, unknown>>
  declare readonly file?: string
  declare readonly row?: number
  declare readonly column?: string | number
  declare readonly found?: string
  declare readonly expected?: string
  declare readonly advice?: string

  constructor(detail: DataErrorDetail, options?: { cause?: unknown }) {
    super(sentence(detail), options)
    const { code, file, row, column, found, expected, advice } = detail
    Object.assign(this, { file, row, column, found: found ?? detail.problem, expected, advice })
    if (!code) return
    const place = Object.entries({ file, row, column, found, expected }).filter(([, value]) => value !== undefined)
    Object.assign(this, { code, params: { ...Object.fromEntries(place), ...detail.params } })
  }
}

function sentence({ file, row, column, found, expected, problem, advice }: DataErrorDetail): string {
  const place = [file, row === undefined ? '' : `row ${row}`].filter(Boolean).join(' ')
  const at = [place, column === undefined ? '' : `column ${column}`].filter(Boolean).join(', ')
  const what = problem ?? `expected ${expected}, found ${found}`
  const text = `${at ? `${at}: ` : ''}${what}${/[.?!]$/.test(what) ? '' : '.'}`
  return advice ? `${text} ${advice}` : text
}
