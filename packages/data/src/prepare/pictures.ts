import { DataError } from '../error.ts'
import { random, streams } from '../random.ts'
import type { PixelTable } from '../types.ts'
import { firstRows } from './duplicates.ts'

/** A table's different pictures, each known by its first row. All rows of a picture stay together when the table is divided. */
export interface Pictures {
  /** The pictures of each class (or all as one group), each group in a random order. */
  groups: number[][]
  /** The rows of a picture: one, unless others repeat it. */
  rowsOf(picture: number): readonly number[]
  /** How many those are. */
  sizeOf(picture: number): number
  /** All pictures in a random order. */
  shuffled(): number[]
}

/** How pictures are put in groups and in order. */
interface Order {
  seed: number
  stratified: boolean
  /** What keeps rows together besides their pictures: those of one text. */
  groups?: readonly string[] | undefined
}

/** The pictures of a table; one whose rows differ in their labels is of the class that most of them have. */
export function picturesOf(table: PixelTable, { seed, stratified, groups: together }: Order): Pictures {
  const firsts = together ? joined(firstRows(table), together) : firstRows(table)
  const repeated = repeatedIn(firsts)
  const rowsOf = (picture: number) => repeated.get(picture) ?? [picture]
  const { labels } = table
  const classOf = (picture: number) => (stratified && labels ? commonest(picture, repeated.get(picture), labels) : 0)
  const found = new Map<number, number[]>()
  for (let row = 0; row < table.rows; row++) {
    if (firsts[row] !== row) continue
    const group = classOf(row)
    const pictures = found.get(group)
    if (pictures) pictures.push(row)
    else found.set(group, [row])
  }
  const { uint32 } = random(seed, streams.split)
  const keys = new Uint32Array(table.rows)
  for (let row = 0; row < table.rows; row++) keys[row] = uint32(0, row)
  const ordered = (rows: number[]) => rows.sort((a, b) => keys[a]! - keys[b]! || a - b)
  const groups = [...found].sort(([a], [b]) => a - b).map(([, rows]) => ordered(rows))
  const sizeOf = (picture: number) => repeated.get(picture)?.length ?? 1
  return { groups, rowsOf, sizeOf, shuffled: () => ordered(groups.flat()) }
}

/** The first row of all that a picture or a text joins, also by way of others. */
function joined(firsts: Int32Array, texts: readonly string[]): Int32Array {
  const roots = Int32Array.from(firsts, (_, row) => row)
  const rootOf = (row: number): number => {
    let root = row
    while (roots[root] !== root) root = roots[root]!
    for (let at = row; roots[at] !== root; ) [at, roots[at]] = [roots[at]!, root]
    return root
  }
  const join = (one: number, other: number) => {
    const [a, b] = [rootOf(one), rootOf(other)]
    roots[Math.max(a, b)] = Math.min(a, b)
  }
  const known = new Map<string, number>()
  for (const [row, text] of texts.entries()) {
    join(row, firsts[row]!)
    const first = known.get(text)
    if (first === undefined) known.set(text, row)
    else join(row, first)
  }
  return roots.map((_, row) => rootOf(row))
}

/** The column that rows are kept together by, which the table must have. */
export function groupsOf(
  where: string,
  { kept, rows }: PixelTable,
  group: string | undefined,
): readonly string[] | undefined {
  if (group === undefined) return undefined
  const texts = kept?.[group]
  if (texts?.length === rows) return texts
  const [problem, advice] = [`${where}: the table keeps no column '${group}'`, `Read it with keep: ['${group}'].`]
  throw new DataError({
    code: 'DATA_COLUMN_MISSING',
    params: { name: group, names: Object.keys(kept ?? {}) },
    problem,
    advice,
  })
}

/** All rows of each picture that has several. */
function repeatedIn(firsts: Int32Array): Map<number, number[]> {
  const rows = new Map<number, number[]>()
  for (let row = 0; row < firsts.length; row++) {
    const first = firsts[row]!
    if (first === row) continue
    const known = rows.get(first)
    if (known) known.push(row)
    else rows.set(first, [first, row])
  }
  return rows
}

/** The label that most of a picture's rows have, of equals the one that comes first. */
function commonest(picture: number, rows: readonly number[] | undefined, labels: Uint16Array): number {
  if (!rows) return labels[picture]!
  const counts = new Map<number, number>()
  for (const row of rows) counts.set(labels[row]!, (counts.get(labels[row]!) ?? 0) + 1)
  const most = Math.max(...counts.values())
  return [...counts].find(([, count]) => count === most)![0]
}
