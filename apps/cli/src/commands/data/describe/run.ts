import { type Description, describe as describeTable, formatDescription } from '@pixelrow/data'
import type { Context } from '../../../context.ts'
import { tableAt } from '../../../tables/argument.ts'
import { nameOf } from '../../../tables/place.ts'
import { read } from '../../../tables/reading.ts'
import type { DescribeOptions } from './command.ts'

/** `pixelrow data describe FILE`: what there is to know of a table at a glance. */
export async function run(context: Context, flags: DescribeOptions, file: string): Promise<void> {
  const place = tableAt(file, 'pixelrow data describe - < train.csv')
  const { terminal, signal } = context
  terminal.note(`Reading ${nameOf(place)}`)
  const table = await read(context, place, flags)
  const description = describeTable(table)
  signal.throwIfAborted()
  terminal.json({ file, ...report(description) })
  terminal.result(formatDescription(description).trimEnd())
}

/** The description as the other commands' objects have it: sizes as a list, classes by name with the numbers apart. */
function report({ shape, classes = [], ...rest }: Description) {
  const { rows, ...measures } = rest
  return {
    rows,
    shape: [shape.height, shape.width, shape.channels],
    channelOrder: shape.channelOrder,
    classes: classes.map(({ label }) => label),
    perClass: classes,
    ...measures,
  }
}
