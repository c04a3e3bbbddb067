import { findIssues, type Issues, type PixelTable } from '@pixelrow/data'
import type { Context } from '../../../context.ts'
import { JobError } from '../../../line/errors.ts'
import type { ReadingOptions } from '../../../line/flags/reading.ts'
import { standardInput, tableAt } from '../../../tables/argument.ts'
import { isFolder, isZipName } from '../../../tables/kind.ts'
import { nameOf, type Place } from '../../../tables/place.ts'
import { kindAt, read } from '../../../tables/reading.ts'
import { openSource } from '../../../tables/source.ts'
import { readBoth } from '../../../tables/test.ts'
import { count, many } from '../../../terminal/table.ts'
import { visibleName } from '../../../terminal/visible.ts'
import type { CheckOptions } from './command.ts'

/** What is looked at: one table, or two with the same flags. */
interface Checked {
  name: string
  table: PixelTable
  test?: { name: string; table: PixelTable }
  /** Pictures that cannot be read. */
  broken?: Broken[]
}

interface Broken {
  id: string
  reason: string
}

/** Broken pictures are what is looked for, so that none of them ends the reading. */
async function everyPicture(place: Place, flags: ReadingOptions): Promise<ReadingOptions> {
  return (await kindAt(place)) === 'pictures' ? { ...flags, skipBroken: mostBroken } : flags
}

const mostBroken = 1_000_000_000

/** `pixelrow data check FILE`: what in a table harms a training. */
export async function run(context: Context, flags: CheckOptions, file: string): Promise<void> {
  const { terminal } = context
  const { test: testFile, fewest, ...reading } = flags
  const { name, table, test, broken = [] } = await open(context, reading, file, testFile)
  const issues = findIssues(table, { fewest, ...(test && { test: test.table }) })
  const found = Object.entries({ ...issues, broken }).filter(([, list]) => list.length > 0).length
  terminal.json({
    file,
    ...(test && { test: test.name }),
    rows: table.rows,
    ...reported(table, issues, test?.table),
    broken,
  })
  if (found === 0) terminal.sentence(`${visibleName(name)}: ${clean(table, fewest, test)}`)
  if (broken.length > 0) terminal.sentence(`${visibleName(name)}: ${many(broken.length, 'picture')} cannot be read:`)
  for (const { id, reason } of broken) terminal.sentence(`  ${visibleName(id)} (${reason})`)
  for (const line of linesOf({ name, table, ...(test && { test }) }, issues)) terminal.sentence(line)
  if (found > 0) context.exitCode = 1
}

async function open(
  context: Context,
  flags: ReadingOptions,
  file: string,
  testFile: string | undefined,
): Promise<Checked> {
  const place = tableAt(file, 'pixelrow data check - < train.csv')
  const both =
    testFile === undefined ? await pairIn(context, file) : { train: place, test: tableAt(testFile, 'a table') }
  if (!both) {
    context.terminal.note(`Reading ${nameOf(place)}`)
    const broken: Broken[] = []
    const all = await everyPicture(place, flags)
    const table = await read(context, place, all, { onBroken: (some) => broken.push(...some) })
    return { name: nameOf(place), table, broken }
  }
  context.terminal.note(`Reading ${nameOf(both.train)} and ${nameOf(both.test)}`)
  const { train, test } = await readBoth(context, both, flags, {})
  return { name: nameOf(both.train), table: train, test: { name: nameOf(both.test), table: test } }
}

/** Both tables of a folder or zip; undefined of what is one table by itself. */
async function pairIn(context: Context, file: string): Promise<{ train: Place; test: Place } | undefined> {
  if (file === standardInput || !(isZipName(file) || (await isFolder(file).catch(() => false)))) return undefined
  try {
    return await openSource(context, file)
  } catch (error) {
    if (error instanceof JobError && error.code === 'CLI_TABLE_MISSING') return undefined
    throw error
  }
}

/** So many rows are named. */
const shown = 8

/** A line for each kind of what was found. */
function linesOf({ name, table, test }: Checked, issues: Issues): string[] {
  const { repeated, contradictory, blank, small, leaked } = issues
  const at = visibleName(name)
  const label = (row: number) => visibleName(table.classes![table.labels![row]!]!)
  const pair = ({ row, of }: { row: number; of: number }) => `${count(row + 1)} (as ${count(of + 1)})`
  const told = <Item>(items: readonly Item[], what: string, text: (item: Item) => string): string[] => {
    if (items.length === 0) return []
    const more = items.length > shown ? [`and ${count(items.length - shown)} more`] : []
    return [`${what}: ${[...items.slice(0, shown).map(text), ...more].join(', ')}`]
  }
  const rows = (items: readonly unknown[]) => many(items.length, 'row')
  return [
    ...told(repeated, `${at}: ${rows(repeated)} repeat an earlier picture`, pair),
    ...told(
      contradictory,
      `${at}: ${rows(contradictory)} with another label than the same picture has before`,
      ({ row, of }) => `${count(row + 1)} is ${label(row)}, ${count(of + 1)} is ${label(of)}`,
    ),
    ...told(blank, `${at}: ${rows(blank)} without a picture, all pixels the same`, (row) => count(row + 1)),
    ...told(
      small,
      `${at}: ${many(small.length, 'class', 'classes')} with few rows`,
      (each) => `${visibleName(each.label)} (${count(each.rows)})`,
    ),
    ...told(
      leaked,
      `${visibleName(test?.name ?? '')}: ${rows(leaked)} with a picture that is in ${at}, so what is measured on them says nothing`,
      pair,
    ),
  ]
}

/** What was looked for and not found. */
function clean({ labels, rows }: PixelTable, fewest: number, test: Checked['test']): string {
  const known = labels ? `, no label that contradicts another, no class with fewer than ${many(fewest, 'row')}` : ''
  const shared = test ? `, and none of the ${many(test.table.rows, 'row')} of ${visibleName(test.name)} in it` : ''
  return `no repeated and no blank picture in ${many(rows, 'row')}${known}${shared}`
}

/** The same as data; rows count from 1. */
function reported({ labels, classes = [] }: PixelTable, issues: Issues, test: PixelTable | undefined) {
  const pair = ({ row, of }: { row: number; of: number }) => ({ row: row + 1, of: of + 1 })
  const labelled = ({ row, of }: { row: number; of: number }) => ({
    ...pair({ row, of }),
    labels: [row, of].map((each) => classes[labels![each]!]),
  })
  return {
    repeated: issues.repeated.map(pair),
    ...(labels && { contradictory: issues.contradictory.map(labelled), small: issues.small }),
    blank: issues.blank.map((row) => row + 1),
    ...(test && { leaked: issues.leaked.map(pair) }),
  }
}
