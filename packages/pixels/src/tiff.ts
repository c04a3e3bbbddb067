/** What the first picture in a TIFF says of itself. */
export interface TiffHead {
  width: number
  height: number
  /** Bits of a value, and whether these are whole numbers that are not below 0. */
  bits: number
  isWhole: boolean
}

const [WIDTH, HEIGHT, BITS, SAMPLES] = [256, 257, 258, 339]

/** Reads the fields of the first picture in a TIFF, or in one of more than 4 GiB; undefined where they are not there. */
export function tiffHead(view: DataView): TiffHead | undefined {
  try {
    const fields = fieldsOf(view)
    const [width, height] = [fields.get(WIDTH), fields.get(HEIGHT)]
    if (width === undefined || height === undefined) return undefined
    return { width, height, bits: fields.get(BITS) ?? 1, isWhole: (fields.get(SAMPLES) ?? 1) === 1 }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The first value of each field of whole numbers. A place outside the file throws a RangeError. */
function fieldsOf(view: DataView): Map<number, number> {
  const isLittle = view.getUint8(0) === 0x49
  const isBig = view.getUint16(2, isLittle) === 43
  const long = (at: number) => (isBig ? Number(view.getBigUint64(at, isLittle)) : view.getUint32(at, isLittle))
  const start = long(isBig ? 8 : 4)
  const count = isBig ? long(start) : view.getUint16(start, isLittle)
  const [head, size, room] = isBig ? [8, 20, 8] : [2, 12, 4]
  const fields = new Map<number, number>()
  for (let i = 0; i < count; i++) {
    const at = start + head + size * i
    const [tag, type, values] = [view.getUint16(at, isLittle), view.getUint16(at + 2, isLittle), long(at + 4)]
    const length = { 1: 1, 3: 2, 4: 4, 16: 8 }[type]
    if (length === undefined || values < 1) continue
    const place = at + size - room
    const from = values * length > room ? long(place) : place
    const value =
      length === 1
        ? view.getUint8(from)
        : length === 2
          ? view.getUint16(from, isLittle)
          : length === 4
            ? view.getUint32(from, isLittle)
            : Number(view.getBigUint64(from, isLittle))
    if (!fields.has(tag)) fields.set(tag, value)
  }
  return fields
}
