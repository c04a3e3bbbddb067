// Whether a value is of one of the language's own kinds. `instanceof` would refuse what another realm made: test runners (Jest, vitest's
// vmThreads) run code in a realm of its own, in which what Node or a worker hands over is no instance of the realm's own classes.

/** The kinds that can be told, by the name that the language or Node gives them. */
interface Kinds {
  Uint8Array: Uint8Array
  Uint8ClampedArray: Uint8ClampedArray
  Uint16Array: Uint16Array
  Float32Array: Float32Array
  BigInt64Array: BigInt64Array
  ArrayBuffer: ArrayBuffer
  Blob: Blob
  File: Blob
  URL: URL
  Promise: Promise<unknown>
  RegExp: RegExp
  AbortSignal: AbortSignal
  Error: Error
}

/** Whether `value` is of one of `kinds`, whichever realm made it. A Buffer is a `Uint8Array`, a File is no `Blob` here. */
export function isA<Kind extends keyof Kinds>(value: unknown, ...kinds: Kind[]): value is Kinds[Kind] {
  const name = kindOf(value)
  return kinds.some((kind) => kind === name)
}

/** The name of a value's kind, whichever realm made it: `Float32Array`, `Object`, `Null`, … */
export const kindOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1)
