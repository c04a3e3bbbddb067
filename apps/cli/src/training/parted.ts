import { type PixelTable, splitByColumn } from '@pixelrow/data'
import type { GroupOptions, ReadingOptions } from '../line/flags/reading.ts'

/** The rows to train and to validate on, where a column says which those are; undefined where none does, or none is to validate on. */
export function parted(
  table: PixelTable,
  { splitColumn }: Pick<ReadingOptions, 'splitColumn'>,
): { train: PixelTable; validation: PixelTable } | undefined {
  if (splitColumn === undefined) return undefined
  const { train, validation } = splitByColumn(table, String(splitColumn))
  return train && validation && { train, validation }
}

/** What keeps rows on one side of a split. */
export const groupOf = ({ group }: Partial<GroupOptions>): { group?: string } =>
  group === undefined ? {} : { group: String(group) }
