import { checkValue, word } from './options.ts'

/**
 * Uses of randomness, one stream each, so that no two share numbers under one seed.
 * Numbers below 256 belong to this package; take others for your own.
 */
export const streams = { order: 0, split: 1, augment: 2, weights: 3 } as const

/** Where `threefry` leaves its result, as it is called too often to make an array each time. */
export const words = new Uint32Array(2)

/**
 * Threefry-2x32 with 20 rounds: 64 random bits as a pure function of key and counter (32-bit words).
 * Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11; Random123's known answers hold.
 */
export function threefry2x32(key0: number, key1: number, counter0: number, counter1: number): [number, number] {
  threefry(key0, key1, counter0, counter1)
  return [words[0]!, words[1]!]
}

/** The same without making anything: leaves the result in `words`. */
export function threefry(key0: number, key1: number, counter0: number, counter1: number): void {
  let [k0, k1, k2] = [key0 | 0, key1 | 0, 0x1bd11bda ^ key0 ^ key1]
  let a = (counter0 + k0) | 0
  let b = (counter1 + k1) | 0
  for (let block = 1; block <= 5; block++) {
    // Four rounds: add, rotate, exclusive or. The rotations alternate between two sets.
    const odd = (block & 1) !== 0
    a = (a + b) | 0
    b = a ^ (odd ? (b << 13) | (b >>> 19) : (b << 17) | (b >>> 15))
    a = (a + b) | 0
    b = a ^ (odd ? (b << 15) | (b >>> 17) : (b << 29) | (b >>> 3))
    a = (a + b) | 0
    b = a ^ (odd ? (b << 26) | (b >>> 6) : (b << 16) | (b >>> 16))
    a = (a + b) | 0
    b = a ^ (odd ? (b << 6) | (b >>> 26) : (b << 24) | (b >>> 8))
    // The next two of the three key words, and the number of the injection.
    const first = k0
    k0 = k1
    k1 = k2
    k2 = first
    a = (a + k0) | 0
    b = (b + k1 + block) | 0
  }
  words[0] = a
  words[1] = b
}

/** Random numbers that are pure functions of (seed, stream, step, index): no state, any order, any thread. */
export interface Random {
  /** 0..2³²-1. */
  uint32(step: number, index: number): number
  /** [0, 1), in steps of 2⁻³². */
  uniform(step: number, index: number): number
  /** A whole number 0..n-1, for n up to 2³²; off from even by less than n / 2³². */
  below(step: number, index: number, n: number): number
  /** Normal with mean 0 and deviation 1 (Box and Muller). */
  normal(step: number, index: number): number
}

/**
 * The one generator: Threefry-2x32-20 with (seed, stream) as key and (step, index) as counter.
 * All four are whole numbers 0..2³²-1; throws a DataError for a seed or stream that is not.
 */
export function random(seed: number, stream: number): Random {
  checkValue('random', 'seed', seed, word)
  checkValue('random', 'stream', stream, word)
  const uint32 = (step: number, index: number): number => {
    threefry(seed, stream, step, index)
    return words[0]!
  }
  return {
    uint32,
    uniform: (step, index) => uint32(step, index) / 2 ** 32,
    below: (step, index, n) => Math.floor((uint32(step, index) / 2 ** 32) * n),
    normal(step, index) {
      threefry(seed, stream, step, index)
      // 1 - u is in (0, 1], so that the logarithm is finite.
      const radius = Math.sqrt(-2 * Math.log(1 - words[0]! / 2 ** 32))
      return radius * Math.cos(2 * Math.PI * (words[1]! / 2 ** 32))
    },
  }
}
