import { wilsonInterval } from '@pixelrow/data'

/** An accuracy, and how far it can be trusted. */
export interface Accuracy {
  accuracy: number
  /** The 95 % interval (Wilson). */
  interval: [low: number, high: number]
  right: number
  rows: number
}

/** What `right` of so many rows say; undefined of none. */
export function accuracyOf(right: number, rows: number): Accuracy | undefined {
  return rows === 0 ? undefined : { accuracy: right / rows, interval: wilsonInterval(right, rows), right, rows }
}

/** The same from the share alone. */
export function accuracyFrom(share: number | undefined, rows: number): Accuracy | undefined {
  return share === undefined ? undefined : accuracyOf(Math.round(share * rows), rows)
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

/** What follows the number of rows where they are too few to say much. */
export function fewRows({ interval: [low, high] }: Accuracy): string {
  return high - low > widest ? ': few rows, so this says little' : ''
}
