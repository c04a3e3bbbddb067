/** The bits of the float16 number nearest to a value, ties to even (IEEE 754); from 65,520 on infinity. */
export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (Number.isNaN(size)) return 0x7e00
  if (size >= 65_520) return sign | 0x7c00
  // Below 2^-14 all steps are 2^-24; above, 1,024 to each power of two. A rounding that is full carries into the exponent.
  const exponent = size < 2 ** -14 ? -14 : Math.floor(Math.log2(size))
  const steps = evenly(size * 2 ** (10 - exponent))
  return sign | (size < 2 ** -14 ? steps : ((exponent + 14) << 10) + steps)
}

function evenly(value: number): number {
  const whole = Math.floor(value)
  const rest = value - whole
  return whole + (rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? 1 : 0)
}

/** The numbers that float16's bits mean. */
export function fromHalves(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, (half) => {
    const sign = half & 0x8000 ? -1 : 1
    const exponent = (half >>> 10) & 31
    const fraction = half & 0x3ff
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
  })
}
