import { createHash } from 'node:crypto'
import type { PixelTable } from '@pixelrow/data'

/** What tells whether a table is still the one that a training began with. */
export interface Fingerprint {
  rows: number
  /** Height, width, channels. */
  shape: [number, number, number]
  channelOrder: string
  maxValue: number
  classes: string[]
  /** SHA-256 of all pixels, then of all labels (two bytes each, little-endian), in hexadecimal. */
  sha256: string
}

/** The fingerprint of a labelled table. */
export function fingerprint({ rows, shape, maxValue, classes = [], pixels, labels = new Uint16Array() }: PixelTable) {
  const bytes = new DataView(new ArrayBuffer(2 * labels.length))
  for (let row = 0; row < labels.length; row++) bytes.setUint16(2 * row, labels[row]!, true)
  const { height, width, channels, channelOrder } = shape
  return {
    rows,
    shape: [height, width, channels],
    channelOrder,
    maxValue,
    classes,
    sha256: createHash('sha256').update(pixels).update(bytes).digest('hex'),
  } satisfies Fingerprint
}

/** How a table differs from the one of before: `300 rows then, 299 now`; undefined where it does not. */
export function difference(before: Fingerprint, now: Fingerprint): string | undefined {
  const texts = ({ rows, shape, channelOrder, maxValue, classes }: Fingerprint) => [
    `${rows} rows`,
    `images of ${shape.join('×')}`,
    `${channelOrder} channels`,
    `values up to ${maxValue}`,
    `the classes ${classes.join(', ')}`,
  ]
  const here = texts(now)
  const place = texts(before).findIndex((text, index) => text !== here[index])
  if (place >= 0) return `${texts(before)[place]} then, ${here[place]} now`
  return before.sha256 === now.sha256 ? undefined : 'as many rows, but other pixels or labels'
}
