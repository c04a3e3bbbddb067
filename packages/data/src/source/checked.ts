import { DataError } from '../error.ts'
import type { RowOptions } from '../types.ts'
import type { Reader, SourceKind } from './options.ts'

/** Checks the options of a reader. What does so is loaded where there are any: most pages pass none. */
export async function checked(where: Reader, options: RowOptions): Promise<void> {
  if (isEmpty(options)) return
  const { checkReading } = await import('./options.ts')
  checkReading(where, options, (detail) => new DataError(detail))
}

/** Refuses options that mean nothing for a source of these kinds. */
export async function requireFit(file: string, kinds: readonly SourceKind[], options: RowOptions): Promise<void> {
  if (isEmpty(options)) return
  const detail = (await import('./options.ts')).unfit(file, kinds, options)
  if (detail) throw new DataError(detail)
}

const isEmpty = (options: RowOptions): boolean =>
  options !== null && typeof options === 'object' && !Array.isArray(options) && Object.keys(options).length === 0
