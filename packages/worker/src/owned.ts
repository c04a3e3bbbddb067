/** A value whose arrays have their memory to themselves, and that memory. */
export interface Owned<T> {
  value: T
  buffers: ArrayBuffer[]
}

/** Of typed arrays of every kind; a Buffer's own `slice` copies nothing. */
const { slice } = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array

/**
 * Gives the arrays of a message memory of their own. Out of a channel they come as views of all that was read with them, which would be kept,
 * and sent on, with each.
 */
export function owned<T>(value: T): Owned<T> {
  const buffers: ArrayBuffer[] = []
  const own = (part: unknown): unknown => {
    const kind = Object.prototype.toString.call(part)
    if (ArrayBuffer.isView(part) && kind !== '[object DataView]') {
      const copy: Uint8Array<ArrayBuffer> = slice.call(part as Uint8Array)
      buffers.push(copy.buffer)
      return copy
    }
    if (Array.isArray(part)) return part.map(own)
    if (typeof part !== 'object' || part === null || kind !== '[object Object]') return part
    return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, own(each)]))
  }
  return { value: own(value) as T, buffers }
}
