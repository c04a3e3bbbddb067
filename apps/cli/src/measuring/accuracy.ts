import { duplicates, type PixelTable, wilsonInterval } from '@pixelrow/data'
import { many } from '../terminal/table.ts'

/** Rows that something is measured on. */
export interface Sample {
  rows: number
  /** How many different pictures they are: a picture that comes again is no further evidence. */
  pictures: number
}

/** An accuracy, and how far it can be trusted. */
export interface Accuracy extends Sample {
  accuracy: number
  /** The 95 % interval (Wilson), of as many trials as there are different pictures. */
  interval: [low: number, high: number]
  right: number
}

/** For each row of a table, 1 where its picture has not come before. */
export function firstsIn(table: PixelTable): Uint8Array {
  const firsts = new Uint8Array(table.rows).fill(1)
  for (const { row } of duplicates(table)) firsts[row] = 0
  return firsts
}

/** The rows of a table, as a sample; `firsts` is `firstsIn` of it. */
export function sampleOf(firsts: Uint8Array): Sample {
  return { rows: firsts.length, pictures: firsts.reduce((sum, first) => sum + first, 0) }
}

/** What `right` of so many rows say; undefined of none. */
export function accuracyOf(right: number, sample: Sample): Accuracy | undefined {
  return sample.rows === 0 ? undefined : accuracyOfSome(right, sample)
}

/** What `right` of so many rows, 1 or more, say. */
export function accuracyOfSome(right: number, { rows, pictures: different }: Sample): Accuracy {
  // Rows of a part may all repeat pictures of another one.
  const pictures = Math.max(1, different)
  const accuracy = right / rows
  return { accuracy, interval: wilsonInterval(accuracy * pictures, pictures), right, rows, pictures }
}

/** The same from the share alone. */
export function accuracyFrom(share: number | undefined, sample: Sample | undefined): Accuracy | undefined {
  return share === undefined || !sample ? undefined : accuracyOf(Math.round(share * sample.rows), sample)
}

/** `0.9826 to 0.9858`; in a table `0.9826–0.9858`. */
export function intervalText([low, high]: Accuracy['interval'], between = ' to '): string {
  return `${low.toFixed(4)}${between}${high.toFixed(4)}`
}

/** `0.9843 (0.9826 to 0.9858)`, the number in a style of its own. */
export function accuracyText(measured: Accuracy, style: (text: string) => string = (text) => text): string {
  return `${style(measured.accuracy.toFixed(4))} (${intervalText(measured.interval)})`
}

/** An interval wider than this leaves too much open; on less than a hundred rows it mostly is. */
const widest = 0.1

/** What follows the number of rows: how many different pictures, where some come again, and whether they are too few to say much. */
export function caveat({ interval: [low, high], rows, pictures }: Accuracy): string {
  const repeated = pictures < rows ? `, of ${many(pictures, 'picture')}` : ''
  const few = high - low > widest ? `: few ${repeated ? 'pictures' : 'rows'}, so this says little` : ''
  return `${repeated}${few}`
}
