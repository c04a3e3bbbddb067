const view = new DataView(new ArrayBuffer(4))

/** The bits of the float16 number nearest to a float32 number, ties to even (IEEE 754); from 65,520 on infinity. NaN is 0x7e00, of either sign. */
export function toHalf(value: number): number {
  view.setFloat32(0, value)
  const bits = view.getUint32(0)
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  if (magnitude >= 0x47800000) return sign | 0x7c00
  if (magnitude >= 0x38800000) return sign | rounded(magnitude - 0x38000000, 13)
  // Below 2^-14 the steps are 2^-24; below half of one there is nothing.
  const shift = 126 - (magnitude >>> 23)
  return shift > 24 ? sign : sign | rounded((magnitude & 0x7fffff) | 0x800000, shift)
}

/** `value` / 2^`shift` as a whole number, ties to even. */
function rounded(value: number, shift: number): number {
  const half = 2 ** (shift - 1)
  const rest = value % 2 ** shift
  const whole = Math.floor(value / 2 ** shift)
  return whole + (rest > half || (rest === half && whole % 2 === 1) ? 1 : 0)
}

/** The number that float16's bits (0 to 65,535) mean. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 31
  const fraction = half & 0x3ff
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
}
