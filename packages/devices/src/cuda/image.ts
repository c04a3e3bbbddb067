/** Reads bytes of a file. Throws a RangeError where it has not so many. */
export type Read = (offset: number, length: number) => Buffer

/** A part of a library's file, by the name that its linker gave it. */
export interface Section {
  name: string
  offset: number
  size: number
}

/** What a library's file says of itself. */
export interface Image {
  /** Libraries that are loaded with it, as their names are written in it. */
  needed: string[]
  sections: Section[]
}

/** The text at the start of bytes, up to the first NUL. */
export function textAt(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end)
}
