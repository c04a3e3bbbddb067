import { DataError } from '../error.ts'
import { cellPlace } from './cells.ts'
import type { Layout } from './layout.ts'

// An unnamed first column, as DataFrame.to_csv() writes it: the row's number, or what the rows were called when they were sorted or chosen.

/** Whether the texts are 0, 1, 2, …: then they say nothing that the order of the rows does not. */
export const countsRows = (texts: readonly string[]): boolean => texts.every((text, row) => text === String(row))

/** What is said of such a column. */
export const indexNote = (isId: boolean): string =>
  isId
    ? 'the unnamed first column is taken as the id of each row'
    : 'the unnamed first column counts the rows from 0, and is left out'

/** Refuses a row that breaks the count where earlier rows have been given away as rows without ids. */
export function requireCount(layout: Layout, text: string, row: number, count: number): void {
  if (text === String(count)) return
  const advice = `Pass id: ${layout.id} if the column names the rows, drop: [${layout.id}] to leave it out.`
  const found = { expected: `${count}, as the column counts up to here`, found: `'${text}'` }
  const place = { ...cellPlace(layout, row, layout.id), ...found, advice }
  throw new DataError({ code: 'DATA_INDEX_BROKEN', params: { place: layout.id }, ...place })
}
