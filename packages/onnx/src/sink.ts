/** Bytes written from the end to the front, so that a message's length is known when its prefix is due. */
export interface Sink {
  /** Bytes written so far. */
  length(): number
  /** Puts these bytes in front of what is written. */
  bytes(bytes: Uint8Array): void
  /** Puts a varint in front; negative numbers take ten bytes, as in two's complement of 64 bits. */
  varint(value: number | bigint): void
  /** What was written. */
  finish(): Uint8Array
}

/** A sink with room for `capacity` bytes, which grows as needed. */
export function sink(capacity = 1024): Sink {
  let buffer = new Uint8Array(capacity)
  let start = capacity
  const reserve = (count: number): number => {
    if (count > start) {
      const used = buffer.length - start
      const larger = new Uint8Array(Math.max(buffer.length * 2, used + count))
      larger.set(buffer.subarray(start), larger.length - used)
      buffer = larger
      start = larger.length - used
    }
    start -= count
    return start
  }
  const small = (value: number): void => {
    let at = reserve(varintLength(value))
    for (; value > 127; value = Math.floor(value / 128)) buffer[at++] = (value % 128) | 128
    buffer[at] = value
  }
  const put = (bytes: ArrayLike<number>): void => {
    // First of all make room: that may replace the buffer.
    const at = reserve(bytes.length)
    buffer.set(bytes, at)
  }
  const large = (value: bigint): void => {
    const bytes: number[] = []
    for (value = BigInt.asUintN(64, value); value > 127n; value >>= 7n) bytes.push(Number(value & 127n) | 128)
    put([...bytes, Number(value)])
  }
  return {
    length: () => buffer.length - start,
    bytes: put,
    varint: (value) => (typeof value === 'number' && value >= 0 ? small(value) : large(BigInt(value))),
    finish: () => (start === 0 ? buffer : buffer.slice(start)),
  }
}

function varintLength(value: number): number {
  let length = 1
  for (; value > 127; value = Math.floor(value / 128)) length++
  return length
}
