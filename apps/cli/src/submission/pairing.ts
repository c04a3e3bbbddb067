import type { Sample } from '@pixelrow/data'
import { JobError } from '../line/errors.ts'
import { count, many } from '../terminal/table.ts'
import type { NamedSample } from './sample.ts'

/** Brings the rows of a table together with the ids of a sample. */
export interface Pairing {
  /** Which of the sample's ids a row has; -1 where the sample lacks it. A row without an id is counted, from 0. */
  place(id: string | undefined, row: number): number
  /** To be called after the last row: refuses ids that only one of the two has. */
  finish(): void
  /** How rows without ids are taken; undefined where they have ids. */
  counted(): Counted | undefined
}

/** How rows without ids get one: by their number from 0 or 1, where that is what the sample's ids are, else in the sample's order. */
export type Counted = { by: 'number'; from: 0 | 1 } | { by: 'order' }

const fix = 'take both files from one download'

/** Pairs the rows of the table `test`; `bare` ids may lack the ending that a picture's name has. */
export function pairing(sample: NamedSample, test: string, { bare = false } = {}): Pairing {
  const places = placesOf(sample)
  const seen = new Uint8Array(sample.ids.length)
  const unknown: string[] = []
  let [rows, lacking] = [0, 0]
  let counted: Counted | undefined
  const known = (id: string) => places.get(id) ?? (bare ? places.get(id.replace(/\.\w+$/, '')) : undefined)
  const numbered = (row: number) => {
    counted ??= countedBy(sample, places)
    return counted.by === 'order' ? row : (places.get(String(row + counted.from)) ?? sample.ids.length)
  }
  return {
    place(id, row) {
      rows++
      const place = id === undefined ? numbered(row) : known(id)
      if (place === undefined || place >= sample.ids.length) {
        lacking++
        if (id !== undefined && unknown.length < 3) unknown.push(id)
        return -1
      }
      if (seen[place]) throw twice(test, id ?? sample.ids[place]!, row)
      seen[place] = 1
      return place
    },
    finish() {
      const missing = sample.ids.flatMap((_, index) => (seen[index] ? [] : [index]))
      if (missing.length > 0 || lacking > 0) throw apart(sample, test, { rows, lacking, missing, unknown })
    },
    counted: () => counted,
  }
}

/** So many ids are compared with each other where no sample says which there are; more would take too much memory. */
const mostCompared = 1_000_000

/** Refuses an id that has come before among a table's rows, which are given piece by piece. */
export function distinct(test: string): (ids: readonly string[]) => void {
  const seen = new Set<string>()
  let row = 0
  return (ids) => {
    for (const id of ids) {
      if (seen.size < mostCompared && seen.size === seen.add(id).size) throw twice(test, id, row)
      row++
    }
  }
}

/** The place of each id. */
function placesOf({ name, ids }: NamedSample): Map<string, number> {
  const places = new Map<string, number>()
  for (const [index, id] of ids.entries()) {
    if (places.has(id)) throw twice(name, id, index)
    places.set(id, index)
  }
  return places
}

/** Ids that are 1, 2, 3, … or 0, 1, 2, … in any order are the numbers of the rows. */
function countedBy({ ids }: Sample, places: ReadonlyMap<string, number>): Counted {
  for (const from of [1, 0] as const)
    if (ids.every((_, index) => places.has(String(index + from)))) return { by: 'number', from }
  return { by: 'order' }
}

function twice(file: string, id: string, row: number): JobError {
  return new JobError(
    `${file} has id ${JSON.stringify(id)} twice, the second time in data row ${count(row + 1)}`,
    'an id may stand there once: correct the file, or name another column with --id',
    { code: 'CLI_ID_DUPLICATE', params: { file, id, row: row + 1 } },
  )
}

interface Difference {
  rows: number
  lacking: number
  /** Places in the sample. */
  missing: readonly number[]
  unknown: readonly string[]
}

/** What does not belong together: so many rows here and there, or ids that only one of the two has. */
function apart(sample: NamedSample, test: string, { rows, lacking, missing, unknown }: Difference): JobError {
  const { name, ids } = sample
  const params = { sample: name, test, rows: { sample: ids.length, test: rows } }
  if (ids.length !== rows) {
    const found = `${many(ids.length, 'row')}, ${test} has ${count(rows)}`
    const [only, where] = unknown.length ? [unknown[0], test] : [ids[missing[0] ?? -1], name]
    const example = unknown.length || missing.length ? `; id ${JSON.stringify(only)} is in ${where} alone` : ''
    const message = `${name} does not belong to ${test}: it has ${found}${example}`
    return new JobError(message, fix, { code: 'CLI_SAMPLE_ROWS', params })
  }
  const first = missing[0]!
  const id = ids[first]!
  const line = `${name} row ${first + 2}: id ${JSON.stringify(id)} is not in ${test}`
  const others = unknown.length
    ? `, which has ${unknown.map((each) => JSON.stringify(each)).join(', ')}${lacking > unknown.length ? ', …' : ''} instead`
    : ''
  const share = missing.length > 1 ? ` (${count(missing.length)} of ${count(ids.length)} ids)` : ''
  return new JobError(`${line}${others}${share}`, `${fix}, or name the column of the ids with --id`, {
    code: 'CLI_ID_MISSING',
    params: { ...params, id, row: first + 2, missing: missing.length, unknown: [...unknown] },
  })
}
