// Where the peers put what they read: they know the shape and look at nothing twice, which is kinder than real life.
export const WIDTH = 784
export const columnNames = ['label', ...Array.from({ length: WIDTH }, (_, pixel) => `pixel${pixel}`)]

/** Rows of cells as text. A cell is read by its character codes, which is about a tenth faster than `+text`. */
export function rowSink(rows) {
  const labels = new Uint8Array(rows)
  const pixels = new Uint8Array(rows * WIDTH)
  let row = 0
  let at = 0
  return {
    add(cells) {
      labels[row++] = byteOf(cells[0])
      for (let i = 1; i <= WIDTH; i++) pixels[at++] = byteOf(cells[i])
    },
    table: () => ({ labels, pixels }),
  }
}

function byteOf(text) {
  const first = text.charCodeAt(0) - 48
  if (text.length === 1) return first
  const two = first * 10 + text.charCodeAt(1) - 48
  return text.length === 2 ? two : two * 10 + text.charCodeAt(2) - 48
}

/** Columns of bytes, the label's first, some rows at a time; 64 rows of all columns stay in the nearest cache. */
export function columnSink(rows) {
  const labels = new Uint8Array(rows)
  const pixels = new Uint8Array(rows * WIDTH)
  let filled = 0
  return {
    add([label, ...columns]) {
      labels.set(label, filled)
      for (let start = 0; start < label.length; start += 64) {
        const end = Math.min(start + 64, label.length)
        for (let pixel = 0; pixel < WIDTH; pixel++) {
          const column = columns[pixel]
          for (let row = start, at = (filled + start) * WIDTH + pixel; row < end; row++, at += WIDTH)
            pixels[at] = column[row]
        }
      }
      filled += label.length
    },
    table: () => ({ labels, pixels }),
  }
}
