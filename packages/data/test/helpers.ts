import { DataError, type ReadOptions, readTable } from '@pixelrow/data'
import { expect } from 'vitest'

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Reads CSV text. */
export const read = (text: string, options: ReadOptions = {}) => readTable(bytes(text), options)

/** The DataError that a promise fails with. */
export async function dataError(promise: Promise<unknown>): Promise<DataError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(DataError)
  return error as DataError
}
