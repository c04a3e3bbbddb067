/** A little-endian view of bytes that may lie inside a larger buffer. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * An unsigned 64-bit number. Beyond 2⁵³ it is rounded; it is then still beyond every size a file can have, and fails as such.
 */
export function uint64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
}

/** `1.5 MiB`; bytes as such below 10 KiB. */
export function formatSize(bytes: number): string {
  if (bytes < 10 * 1024) return `${bytes} bytes`
  const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length)
  return `${Number((bytes / 2 ** (10 * power)).toFixed(1))} ${units[power - 1]}`
}
