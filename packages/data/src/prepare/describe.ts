import { areFloats } from '../../../../common/values.ts'
import { checkTable } from '../check.ts'
import { formatShape, pixelCount } from '../shape.ts'
import type { ImageShape, PixelTable } from '../types.ts'
import { type RepeatCounts, repeatCounts } from './duplicates.ts'
import { classCounts, meanAndDeviation } from './prepare.ts'

/** What there is to know of a table at a glance. */
export interface Description extends RepeatCounts {
  rows: number
  shape: ImageShape
  maxValue: number
  /** There where the pixels are 32-bit floats. */
  dataType?: 'float32'
  /** The classes with their numbers of rows, where the table has labels. */
  classes?: { label: string; rows: number }[]
  /** Whether the table has identifiers. */
  ids: boolean
  /** Smallest and largest pixel. */
  range: [number, number]
  /** Of each channel, bytes scaled to 0..1. */
  mean: number[]
  deviation: number[]
  /** Rows in which all pixels are the same. */
  blank: number
}

/** Counts and measures a table. Throws a DataError for one that is none. */
export function describe(table: PixelTable): Description {
  checkTable(table, 'describe: the table')
  const { rows, shape, maxValue, pixels, classes } = table
  const width = pixelCount(shape)
  let [low, high, blank] = [Infinity, -Infinity, 0]
  for (let start = 0; start < pixels.length; start += width) {
    let [least, most] = [Infinity, -Infinity]
    for (let i = start; i < start + width; i++) {
      if (pixels[i]! < least) least = pixels[i]!
      if (pixels[i]! > most) most = pixels[i]!
    }
    if (least === most) blank++
    low = Math.min(low, least)
    high = Math.max(high, most)
  }
  const counts = table.labels && classes && classCounts(table)
  return {
    rows,
    shape,
    maxValue,
    ...(areFloats(pixels) && { dataType: 'float32' as const }),
    ...(counts && { classes: classes.map((label, i) => ({ label, rows: counts[i]! })) }),
    ids: table.ids !== undefined,
    range: rows > 0 ? [low, high] : [0, 0],
    ...meanAndDeviation(table),
    blank,
    ...repeatCounts(table),
  }
}

/** A description as lines of text. */
export function formatDescription(description: Description): string {
  const { rows, shape, maxValue, dataType, classes, ids, range, mean, deviation, blank, repeated, contradictory } =
    description
  const order = shape.channels > 1 ? ` (${shape.channelOrder})` : ''
  const decimals = (numbers: number[]) => numbers.map((number) => number.toFixed(4)).join(', ')
  const pixels = dataType
    ? `${range.map((end) => +end.toPrecision(4)).join('..')}, 32-bit floats`
    : `${range.join('..')} of 0..${maxValue}`
  const other = contradictory ? `, ${contradictory} of them with another label` : ''
  const lines = [
    `rows       ${rows}${ids ? ', with ids' : ''}`,
    `shape      ${formatShape(shape)}${order}`,
    `pixels     ${pixels}, mean ${decimals(mean)}, deviation ${decimals(deviation)}${dataType ? '' : ' (of 0..1)'}`,
    ...(blank ? [`blank      ${blank} rows`] : []),
    ...(repeated
      ? [`repeated   ${repeated} ${repeated === 1 ? 'row is' : 'rows are'} the same picture as an earlier one${other}`]
      : []),
    `labels     ${classes ? `${classes.length} classes` : 'none'}`,
  ]
  const longest = Math.max(0, ...(classes ?? []).map(({ label }) => label.length))
  for (const { label, rows: count } of classes ?? []) {
    const share = ((100 * count) / rows).toFixed(1)
    lines.push(`  ${label.padEnd(longest)}  ${String(count).padStart(7)}  ${share.padStart(5)} %`)
  }
  return `${lines.join('\n')}\n`
}
