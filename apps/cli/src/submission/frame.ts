import { basename, dirname, join } from 'node:path'
import { type PixelTable, readSubmission } from '@pixelrow/data'
import { exists } from '../files/folder.ts'
import { JobError } from '../line/errors.ts'
import { count, many } from '../terminal/table.ts'

/** How a submission's rows are named, and which row of the test table each is. */
export interface Frame {
  header: [string, string]
  ids: string[]
  rows: Uint32Array
}

/** A sample_submission.csv: what errors call it, and the file or its bytes. */
export interface Sample {
  name: string
  source: string | Uint8Array
}

/** The sample_submission.csv beside a test.csv, where there is one. */
export async function findSample(test: string): Promise<string | undefined> {
  const path = join(dirname(test), 'sample_submission.csv')
  return basename(test) === 'test.csv' && (await exists(path)) ? path : undefined
}

/**
 * Header and ids from the sample where there is one, else the table's ids, else 1, 2, … Where table and sample both
 * have ids, rows are matched by them.
 */
export async function frameOf(table: PixelTable, test: string, sample?: Sample): Promise<Frame> {
  const inOrder = Uint32Array.from({ length: table.rows }, (_, row) => row)
  if (!sample) {
    const ids = table.ids ?? Array.from(inOrder, (row) => String(row + 1))
    return { header: ['ImageId', 'Label'], ids, rows: inOrder }
  }
  const { header, ids } = await readSubmission(sample.source, { name: sample.name })
  if (ids.length !== table.rows) {
    const found = `${many(ids.length, 'row')}, ${test} has ${count(table.rows)}`
    throw new JobError(
      `${sample.name} does not belong to ${test}: it has ${found}`,
      'take both files from one download',
    )
  }
  const places = placesOf(table, ids[0]!)
  if (!places) return { header, ids, rows: inOrder }
  const rows = ids.map((id, index) => {
    const row = places.get(id)
    if (row !== undefined) return row
    throw new JobError(
      `${sample.name} row ${index + 2}: id ${JSON.stringify(id)} is not in ${test}`,
      'take both files from one download',
    )
  })
  return { header, ids, rows: Uint32Array.from(rows) }
}

/** The row of each id. Pictures go by their names, which samples often have without the ending. */
function placesOf({ ids, preparation }: PixelTable, first: string): Map<string, number> | undefined {
  if (!ids) return undefined
  const bare = preparation && !ids.includes(first)
  return new Map(ids.map((id, row) => [bare ? id.replace(/\.\w+$/, '') : id, row]))
}
