import { threefry2x32 } from '@pixelrow/data'

/** A random mask that a lowered graph takes as an input at each step. */
export interface Mask {
  name: string
  /** Elements. */
  size: number
  /** Share of zeros. */
  rate: number
  stream: number
}

/** Fills a step's mask: 1 where kept, 0 where dropped. A pure function of (seed, stream, step, index), 16 random bits an element. */
export function fillMask(target: Uint8Array, { rate, stream }: Mask, seed: number, step: number): void {
  const threshold = Math.round(rate * 65536)
  for (let i = 0; i < target.length; i += 4) {
    const [low, high] = threefry2x32(seed, stream, step, i >> 2)
    target[i] = Number((low & 0xffff) >= threshold)
    target[i + 1] = Number(low >>> 16 >= threshold)
    target[i + 2] = Number((high & 0xffff) >= threshold)
    target[i + 3] = Number(high >>> 16 >= threshold)
  }
}
