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

/**
 * A mask's bytes for `steps` (default 1) steps from `first` on, one after the other: 1 where kept, 0 where dropped. A pure function of (seed,
 * stream, step, index), 16 random bits an element.
 */
export function maskBytes(
  mask: Omit<Mask, 'name'>,
  { seed, first, steps = 1 }: { seed: number; first: number; steps?: number },
): Uint8Array {
  const { size } = mask
  const bytes = new Uint8Array(steps * size)
  for (let i = 0; i < steps; i++) fillMask(bytes.subarray(i * size, (i + 1) * size), mask, { seed, step: first + i })
  return bytes
}

function fillMask(
  target: Uint8Array,
  { rate, stream }: Omit<Mask, 'name'>,
  { seed, step }: { seed: number; step: number },
): void {
  const threshold = Math.round(rate * 65536)
  for (let i = 0; i < target.length; i += 4) {
    const [low, high] = threefry2x32(seed, stream, step, i >> 2)
    target[i] = Number((low & 0xffff) >= threshold)
    target[i + 1] = Number(low >>> 16 >= threshold)
    target[i + 2] = Number((high & 0xffff) >= threshold)
    target[i + 3] = Number(high >>> 16 >= threshold)
  }
}
