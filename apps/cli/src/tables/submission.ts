import { access, readFile, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type PixelTable, writeSubmission } from '@pixelrow/data'
import { JobError } from '../line/errors.ts'

/** The two columns of a submission: an id and a label a row. */
export interface Submission {
  header: [string, string]
  ids: string[]
  labels: string[]
}

function cellsOf(line: string): string[] | undefined {
  const cells: string[] = []
  const cell = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y
  for (let more = true; more; ) {
    const match = cell.exec(line)
    if (!match) return undefined
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    more = match[3] === ','
  }
  return cells
}

/** Reads a submission, or anything of its shape; every row must have two cells. */
export async function readSubmission(path: string): Promise<Submission> {
  const lines = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '').split(/\r?\n/)
  while (lines.at(-1) === '') lines.pop()
  const rows = lines.map((line, index) => {
    const cells = cellsOf(line)
    if (cells?.length === 2) return cells as [string, string]
    const found = cells ? `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}` : 'a stray quote'
    throw new JobError(`${path} row ${index + 1}: expected 2 cells, an id and a label; found ${found}`)
  })
  const [header, ...body] = rows
  if (!header) throw new JobError(`${path} is empty: expected a header such as ImageId,Label`)
  return { header, ids: body.map(([id]) => id), labels: body.map(([, label]) => label) }
}

/** The sample_submission.csv beside a test.csv, where there is one. */
export async function findSample(test: string): Promise<string | undefined> {
  const path = join(dirname(test), 'sample_submission.csv')
  if (basename(test) !== 'test.csv') return undefined
  return access(path).then(
    () => path,
    () => undefined,
  )
}

/** How a submission's rows are named, and which row of the test table each is. */
export interface Frame {
  header: [string, string]
  ids: string[]
  rows: Uint32Array
}

/**
 * Header and ids from the sample where there is one, else the table's ids, else 1, 2, … Where table and sample both
 * have ids, rows are matched by them.
 */
export async function frameOf(table: PixelTable, test: string, samplePath?: string): Promise<Frame> {
  const inOrder = Uint32Array.from({ length: table.rows }, (_, row) => row)
  if (!samplePath) {
    const ids = table.ids ?? Array.from(inOrder, (row) => String(row + 1))
    return { header: ['ImageId', 'Label'], ids, rows: inOrder }
  }
  const { header, ids } = await readSubmission(samplePath)
  if (ids.length !== table.rows) {
    const found = `${ids.length.toLocaleString('en')} rows, ${test} has ${table.rows.toLocaleString('en')}`
    throw new JobError(`${samplePath} does not belong to ${test}: it has ${found}`, 'take both files from one download')
  }
  const places = table.ids && new Map(table.ids.map((id, row) => [id, row]))
  if (!places) return { header, ids, rows: inOrder }
  const rows = ids.map((id, index) => {
    const row = places.get(id)
    if (row !== undefined) return row
    throw new JobError(
      `${samplePath} row ${index + 2}: id ${JSON.stringify(id)} is not in ${test}`,
      'take both files from one download',
    )
  })
  return { header, ids, rows: Uint32Array.from(rows) }
}

/** Checks a written submission against what it must be: header, ids in their order, number of rows, labels among the classes. */
export async function checkSubmission(path: string, frame: Frame, classes: readonly string[]): Promise<void> {
  const { header, ids, labels } = await readSubmission(path)
  const known = new Set(classes)
  const refuse = (row: number, expected: string, found: string) => {
    throw new JobError(
      `${path} row ${row}: expected ${expected}, found ${found}`,
      'this is a bug in pixelrow: please report it',
    )
  }
  if (header.join() !== frame.header.join()) refuse(1, `the header ${frame.header.join()}`, header.join())
  if (ids.length !== frame.ids.length) refuse(ids.length + 1, `${frame.ids.length} rows`, `${ids.length}`)
  for (let row = 0; row < ids.length; row++) {
    if (ids[row] !== frame.ids[row]) refuse(row + 2, `id ${frame.ids[row]}`, ids[row]!)
    if (!known.has(labels[row]!)) refuse(row + 2, `one of the classes ${classes.join(', ')}`, labels[row]!)
  }
}

/** The share of a submission's labels that are those of the solution, row by row of equal ids. */
export function score(submission: Submission, solution: Submission): number {
  const truth = new Map(solution.ids.map((id, row) => [id, solution.labels[row]!]))
  const right = submission.ids.filter((id, row) => truth.get(id) === submission.labels[row]).length
  return right / solution.ids.length
}

/** Writes the class of each row in the frame's order, reads the file back and checks it; a file that fails is removed. */
export async function writeChecked(
  path: string,
  frame: Frame,
  predicted: Uint16Array,
  classes: readonly string[],
): Promise<void> {
  const labels = Uint16Array.from(frame.rows, (row) => predicted[row]!)
  await writeSubmission(path, { labels, classes, ids: frame.ids, header: frame.header })
  try {
    await checkSubmission(path, frame, classes)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}
