import type { SourceKind } from './options.ts'

/** A file that is read as a whole. */
export interface WholeFile {
  /** What errors call it. */
  file: string
  bytes: Uint8Array
  /** The bytes of the file of labels, where the caller has named one. */
  labels?: Uint8Array | undefined
}

/** The kind of a file that is no text, by its first bytes: no text begins with two zero bytes, or with one that only goes on a letter; icons of Windows do, whose fourth byte is 0. */
export function formatOf([first, second, third, fourth, fifth]: Uint8Array): SourceKind | undefined {
  if (first === 0 && second === 0 && third !== 0 && fourth !== 0) return 'idx'
  if (first === 0x93 && second === 0x4e) return 'npy'
  // `PAR1` and a control byte, as a text with a header that begins so has a letter or a line end there.
  return `${[first, second, third, fourth]}` === '80,65,82,49' && fifth! < 32 && fifth! > 13 ? 'parquet' : undefined
}
