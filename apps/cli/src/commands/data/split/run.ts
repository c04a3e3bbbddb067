import { join } from 'node:path'
import { csvText, type PixelTable, split } from '@pixelrow/data'
import { claim } from '@pixelrow/files'
import type { Context } from '../../../context.ts'
import { inputsOf, originOf, requireApart } from '../../../files/destination.ts'
import { UsageError } from '../../../line/errors.ts'
import { groupFlags, readingFlags } from '../../../line/flags/reading.ts'
import { command } from '../../../line/paste.ts'
import { wordsOf } from '../../../line/words.ts'
import { tableAt } from '../../../tables/argument.ts'
import { nameOf } from '../../../tables/place.ts'
import { read } from '../../../tables/reading.ts'
import { tellFlags } from '../../../tables/readings.ts'
import { many } from '../../../terminal/table.ts'
import { groupOf, parted } from '../../../training/parted.ts'
import type { SplitOptions } from './command.ts'

/** `pixelrow data split FILE -o FOLDER`: a table to train on and one to validate on. */
export async function run(context: Context, flags: SplitOptions, file: string): Promise<void> {
  const { terminal, signal, kept } = context
  const { out, share, seed, spreadsheetSafe = false, force = false } = flags
  const place = tableAt(file, 'pixelrow data split - -o parts < all.csv')
  if (out === undefined)
    throw new UsageError('Where shall the tables go?', 'add -o parts', {
      code: 'CLI_OUTPUT_MISSING',
      params: { command: 'data split' },
    })
  const names = ['train.csv', 'validation.csv'] as const
  const paths = names.map((name) => join(out, name))
  await requireApart(paths, await inputsOf(file))
  await using output = await claim(out, { names, by: 'pixelrow data split', force, signal })
  terminal.note(`Reading ${nameOf(place)}`)
  const table = await read(context, place, flags, { learning: true })
  signal.throwIfAborted()
  const { train, validation } = parted(table, flags) ?? split(table, { validation: share, seed, ...groupOf(flags) })
  const tables: [string, PixelTable][] = [
    [names[0], train],
    [names[1], validation],
  ]
  for (const [name, part] of tables) await output.write(name, csvText(part, { spreadsheetSafe }))
  const options = [...wordsOf({ ...readingFlags, ...groupFlags }, flags), `--share ${share}`, `--seed ${seed}`]
  await output.commit({ from: await originOf(file, options) })
  kept.push(...paths)
  const parts = tables.map(([name, { rows }]) => ({ output: join(out, name), rows }))
  terminal.json({ input: file, seed, parts })
  for (const { output: path, rows } of parts) terminal.result(`${path}: ${many(rows, 'row')}`)
  await tellFlags(terminal, train, 'csv')
  if (!table.labels) return
  terminal.note('\nNext, train on one and measure on the other:')
  terminal.line(`  ${terminal.colors.cyan(command('train', paths[0]!, '-o', 'run'))}`)
  terminal.line(`  ${terminal.colors.cyan(command('eval', 'run', paths[1]!))}`)
}
