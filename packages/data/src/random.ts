/**
 * Uses of randomness, one stream each, so that no two share numbers under one seed.
 * Numbers below 256 belong to this package; take others for your own.
 */
export const streams = { order: 0, split: 1, augment: 2, weights: 3 } as const

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const
const words = new Uint32Array(2)

/**
 * Threefry-2x32 with 20 rounds: 64 random bits as a pure function of key and counter (32-bit words).
 * Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11; Random123's known answers hold.
 */
export function threefry2x32(key0: number, key1: number, counter0: number, counter1: number): [number, number] {
  threefry(key0, key1, counter0, counter1)
  return [words[0]!, words[1]!]
}

/** The same without allocating: leaves the result in `words`. */
function threefry(key0: number, key1: number, counter0: number, counter1: number): void {
  const key2 = 0x1bd11bda ^ key0 ^ key1
  let a = (counter0 + key0) | 0
  let b = (counter1 + key1) | 0
  for (let block = 0; block < 5; block++) {
    const first = (block & 1) << 2
    for (let i = 0; i < 4; i++) {
      const r = ROTATIONS[first + i]!
      a = (a + b) | 0
      b = ((b << r) | (b >>> (32 - r))) ^ a
    }
    // Key words in the order 1 2, 2 0, 0 1, …, plus the number of the injection.
    const turn = (block + 1) % 3
    const k0 = turn === 0 ? key0 : turn === 1 ? key1 : key2
    const k1 = turn === 0 ? key1 : turn === 1 ? key2 : key0
    a = (a + k0) | 0
    b = (b + k1 + block + 1) | 0
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
 * All four are whole numbers 0..2³²-1; throws a RangeError for a seed or stream that is not.
 */
export function random(seed: number, stream: number): Random {
  requireWord('seed', seed)
  requireWord('stream', stream)
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

function requireWord(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return
  throw new RangeError(`${name}: expected a whole number 0..4294967295, found ${value}.`)
}
