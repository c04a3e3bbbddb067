import type { Sum } from '../files/sums.ts'

/** Where a table is: a path, and which file of a zip or which part of a folder is meant. */
export interface Place {
  /** Of the embedded digits, whose sums are known. */
  sum?: Sum
  path: string
  /** A file in a zip, by its name. */
  member?: string
  /** A folder of pictures in a folder or zip that has several. */
  part?: 'train' | 'test'
  /** What it is called, where its path says nothing to anybody. */
  name?: string
}

/** What errors call a table. */
export function nameOf({ path, member, name }: Place): string {
  if (name !== undefined) return name
  return member === undefined ? path : `${path}, ${member}`
}
