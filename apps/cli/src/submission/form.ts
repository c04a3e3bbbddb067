import { readFile } from 'node:fs/promises'
import { classText } from '@pixelrow/data'
import { JobError } from '../line/errors.ts'
import type { SubmissionFile } from './argument.ts'
import type { Reference } from './reference.ts'

/** What keeps a submission that says the right thing from being one, as data. */
export type FormFault = 'mark' | 'separator' | 'header' | 'columns' | 'index' | 'labels'

/** A submission that says the right thing in another form. */
export interface OtherForm {
  /** The label of each id, in the reference's order. */
  labels: string[]
  faults: FormFault[]
  /** The faults in words. */
  says: string
}

const separators: Readonly<Record<string, string>> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' }

/**
 * Reads a submission whose form is not as it must be: with a byte order mark, other separators, another header or none, columns in another order, an index in front,
 * labels such as `1.0` or `[1]`. Gives nothing where it does not name each id once, with a label that fits.
 */
export async function otherForm({ source }: SubmissionFile, reference: Reference): Promise<OtherForm | undefined> {
  const bytes = typeof source === 'string' ? await readFile(source) : Buffer.from(source)
  const text = bytes.toString('utf8')
  const faults = new Map<FormFault, string>()
  if (text.startsWith('\ufeff')) faults.set('mark', 'a byte order mark is in front')
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  const filled = lines.filter((line) => line.trim() !== '')
  const separator = Object.keys(separators).find((each) => filled[0]?.includes(each))
  if (separator === undefined) return undefined
  if (separator !== ',') faults.set('separator', `${separators[separator]} stand between the cells, not commas`)
  const rows = filled.map((line) => line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')))
  const { header, ids, labels: known } = reference
  if (rows.length < ids.length || rows.length > ids.length + 1) return undefined
  if (rows.some(({ length }) => length !== rows[0]!.length || length > 4)) return undefined
  const names = rows.length > ids.length ? rows.shift()! : undefined
  const idAt = idColumn(rows, names, reference)
  const labelAt = labelColumn(names ?? rows[0]!.map(() => ''), header[1], idAt)
  if (idAt === undefined || labelAt === undefined) return undefined
  if (!names) faults.set('header', `the header ${header.join()} is missing`)
  else if (names[idAt] !== header[0] || names[labelAt] !== header[1])
    faults.set('header', `the header is ${[names[idAt], names[labelAt]].join()} and must be ${header.join()}`)
  if (rows[0]!.length > 2) faults.set('index', `there is a column more, such as the index that pandas writes`)
  if (idAt > labelAt) faults.set('columns', 'the label stands before the id')
  const fitting = (label: string) => known?.rule.fits(label) ?? label !== ''
  const labels = new Map<string, string>()
  for (const row of rows) {
    const written = row[labelAt]!
    const bare = fitting(written) ? written : classText(written.replace(/^[['"\s]+|[\]'"\s]+$/g, ''))
    if (!fitting(bare)) return undefined
    if (bare !== written && !faults.has('labels'))
      faults.set('labels', `labels are written as ${written.slice(0, 20)}, not ${bare}`)
    labels.set(row[idAt]!, bare)
  }
  const says = [...faults.values()].join('; ')
  return { labels: ids.map((id) => labels.get(id)!), faults: [...faults.keys()], says }
}

/** The column that names each id once; of several the one that is called so, else the last. */
function idColumn(rows: string[][], names: string[] | undefined, { ids, header }: Reference): number | undefined {
  const known = new Set(ids)
  const all = rows[0]!.map((_, column) => column)
  const fitting = all.filter((column) => {
    const cells = new Set(rows.map((row) => row[column]!))
    return cells.size === known.size && [...cells].every((cell) => known.has(cell))
  })
  return fitting.find((column) => isCalled(names?.[column], header[0])) ?? fitting.at(-1)
}

/** The column that is called as the label is, else the only one beside the id that is no index. */
function labelColumn(names: readonly string[], label: string, id: number | undefined): number | undefined {
  const others = names.flatMap((_, column) => (column === id ? [] : [column]))
  const named = others.find((column) => isCalled(names[column], label))
  if (named !== undefined || others.length === 1) return named ?? others[0]
  const [only, more] = others.filter((column) => !/^(|index|Unnamed: \d+)$/i.test(names[column]!))
  return more === undefined ? only : undefined
}

const isCalled = (name: string | undefined, wanted: string): boolean =>
  name !== undefined && name.toLowerCase().replace(/[\s_]/g, '') === wanted.toLowerCase().replace(/[\s_]/g, '')

/** The error about a submission that says the right thing in another form. */
export function formError(file: string, { faults, says }: OtherForm, fix: string): JobError {
  const message = `${file} has an id and a label for each row, but not in the form of a submission: ${says}`
  return new JobError(message, fix, { code: 'CLI_SUBMISSION_FORM', params: { file, faults } })
}
