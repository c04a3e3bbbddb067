import type { PixelTable } from '@pixelrow/data'

/** 4×4 images whose class is the quarter that is bright, over a noise that is the same at every call. */
export function quarters(rows: number): PixelTable {
  const pixels = new Uint8Array(rows * 16)
  const labels = new Uint16Array(rows)
  for (let row = 0; row < rows; row++) {
    labels[row] = row % 4
    for (let at = 0; at < 16; at++) {
      const quarter = Math.floor(at / 8) * 2 + (Math.floor(at / 2) % 2)
      const noise = (row * 7919 + at * 104729) % 101
      pixels[row * 16 + at] = noise + (quarter === labels[row] ? 100 : 0)
    }
  }
  const shape = { height: 4, width: 4, channels: 1, channelOrder: 'interleaved' as const }
  return { pixels, rows, labels, shape, maxValue: 255, classes: ['nw', 'ne', 'sw', 'se'] }
}

/** Weights as text that shows every bit. */
export const bits = (weights: Record<string, { data: Float32Array }>) =>
  Object.values(weights).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'))
