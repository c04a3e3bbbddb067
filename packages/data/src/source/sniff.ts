import { DataError } from '../error.ts'
import type { ByteSource } from './source.ts'

type Place = Pick<ByteSource, 'name' | 'path'>

const TABLE = 'a table of pixels'

/** What says enough by itself: the bytes did not come, or not all of them, or it has been said. */
const PLAIN = /^DATA_(FETCH|FILE_(CHANGED|MISSING|UNREADABLE|EMPTY)|GZIP_LIMIT|KIND|MEMORY|PARSER)/

/** Refuses bytes that begin as no text does, where they are of a kind that is known; throws a DataError. */
export async function requireText(bytes: Uint8Array, { name, path }: Place): Promise<void> {
  if (bytes.subarray(0, 16).every((byte) => byte > 31 || (byte > 8 && byte < 14))) return
  // What tells kinds is loaded where it is asked.
  const { kindOfBytes, otherKind } = await import('./kinds.ts')
  const kind = kindOfBytes(bytes)
  if (kind) throw new DataError(otherKind(kind, name, TABLE, path))
}

/** The error that says what a file is in place of what was to be read, where its first bytes tell; else the error as it is. */
export async function instead(
  error: unknown,
  { name, path }: Place,
  bytes: Uint8Array | undefined,
  expected = TABLE,
): Promise<unknown> {
  if (!bytes || !(error instanceof DataError) || PLAIN.test(error.code)) return error
  const { kindOfBytes, otherKind } = await import('./kinds.ts')
  const kind = kindOfBytes(bytes)
  return kind ? new DataError(otherKind(kind, name, expected, path), { cause: error }) : error
}
