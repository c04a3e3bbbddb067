/** Reads digits as plainly as can be: what every contender must give. */
export function independent(bytes) {
  const labels = []
  const pixels = new Uint8Array(bytes.length / 2)
  let [size, column, value] = [0, 0, 0]
  for (let at = bytes.indexOf(10) + 1; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte >= 48) {
      value = value * 10 + byte - 48
      continue
    }
    if (column === 0) labels.push(value)
    else pixels[size++] = value
    column = byte === 10 ? 0 : column + 1
    value = 0
  }
  return { labels: Uint8Array.from(labels), pixels: pixels.subarray(0, size) }
}
