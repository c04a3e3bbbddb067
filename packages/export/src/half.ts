const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** The bits of the float16 number nearest to a value, ties to even (IEEE 754); beyond 65,520 infinity. */
export function toHalf(value: number): number {
  float[0] = value
  const [all] = bits as unknown as [number]
  const sign = (all >>> 16) & 0x8000
  const magnitude = all & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  if (magnitude >= 0x47800000) return sign | 0x7c00
  if (magnitude >= 0x38800000) return sign | rounded(magnitude - 0x38000000, 13)
  // Below 2^-14 the steps are 2^-24; below half of one there is nothing.
  const shift = 126 - (magnitude >>> 23)
  return shift > 24 ? sign : sign | rounded((magnitude & 0x7fffff) | 0x800000, shift)
}

function rounded(value: number, shift: number): number {
  const half = 2 ** (shift - 1)
  const rest = value % 2 ** shift
  const whole = Math.floor(value / 2 ** shift)
  return whole + (rest > half || (rest === half && whole % 2 === 1) ? 1 : 0)
}

/** The number that float16's bits mean. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 31
  const fraction = half & 0x3ff
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
}
