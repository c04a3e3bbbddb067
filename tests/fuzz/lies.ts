import fc, { type Arbitrary } from 'fast-check'

/** Numbers at which fields of so many bits break. */
export const odd = (bits: 8 | 16 | 32): Arbitrary<number> => {
  const top = 2 ** bits
  return fc.oneof(
    fc.constantFrom(0, 1, 2, 7, top - 1, top - 2, top / 2, top / 2 - 1),
    fc.nat(40),
    fc.integer({ min: 0, max: top - 1 }),
  )
}

/** A value now and then, mostly none. */
export const rarely = <T>(some: Arbitrary<T>): Arbitrary<T | undefined> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: some })

/** What is done to the bytes of a whole file. */
export type Damage =
  | { kind: 'cut'; at: number }
  | { kind: 'set'; at: number; value: number }
  | { kind: 'insert'; at: number; bytes: Uint8Array }
  | { kind: 'repeat'; at: number; length: number }
  | { kind: 'remove'; at: number; length: number }

/** A place in a file, as a share of its length, so that it is one in every file. */
const place = fc.double({ min: 0, max: 1, noNaN: true })

export const damage: Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: place }),
  fc.record({ kind: fc.constant('set' as const), at: place, value: odd(8) }),
  fc.record({ kind: fc.constant('insert' as const), at: place, bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }) }),
  fc.record({ kind: fc.constant('repeat' as const), at: place, length: fc.nat(60) }),
  fc.record({ kind: fc.constant('remove' as const), at: place, length: fc.nat(60) }),
)

/** None for most files, else one or two. */
export const damages: Arbitrary<Damage[]> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Damage[]>([]) },
  { weight: 1, arbitrary: fc.array(damage, { minLength: 1, maxLength: 2 }) },
)

/** The bytes with all that done to them. */
export function damaged(bytes: Uint8Array, done: readonly Damage[]): Uint8Array {
  return done.reduce((all, each) => {
    const at = Math.floor(each.at * all.length)
    if (each.kind === 'cut') return all.slice(0, at)
    if (all.length === 0) return all
    if (each.kind === 'set') return all.with(Math.min(at, all.length - 1), each.value)
    if (each.kind === 'insert') return joined(all.subarray(0, at), each.bytes, all.subarray(at))
    const piece = all.subarray(at, at + each.length)
    return each.kind === 'repeat'
      ? joined(all.subarray(0, at), piece, all.subarray(at))
      : joined(all.subarray(0, at), all.subarray(at + each.length))
  }, bytes)
}

export const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0))

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0
