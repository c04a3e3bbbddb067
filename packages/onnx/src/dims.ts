import { OnnxError } from './error.ts'
import type { Dim } from './types.ts'

/** A size as number × names: `'196*N'` is 196 of N. Undefined for a size of which nothing is known. */
interface Product {
  count: number
  names: string[]
}

const MAX_NAMES = 16

function parse(dim: Dim): Product | undefined {
  if (typeof dim === 'number') return dim < 0 ? undefined : { count: dim, names: [] }
  if (dim === '') return undefined
  const factors = dim.split('*')
  if (!factors.every((factor) => /^\w+$/.test(factor))) return { count: 1, names: [dim] }
  const numeric = (factor: string): boolean => /^\d+$/.test(factor)
  return {
    count: factors.filter(numeric).reduce((product, factor) => product * Number(factor), 1),
    names: factors.filter((factor) => !numeric(factor)).sort(),
  }
}

function format({ count, names }: Product): Dim {
  if (count === 0) return 0
  // Squares of squares would grow without end.
  if (names.length > MAX_NAMES || !Number.isSafeInteger(count)) return ''
  if (names.length === 0) return count
  return [...(count === 1 ? [] : [count]), ...names].join('*')
}

/** The number of elements of a shape: a number, a product such as `'784*N'`, or `''` where a size is unknown. */
export function product(dims: readonly Dim[]): Dim {
  const total: Product = { count: 1, names: [] }
  for (const dim of dims) {
    if (dim === 0) return 0
    const factor = parse(dim)
    if (!factor) return dims.includes(0) ? 0 : ''
    total.count *= factor.count
    total.names.push(...factor.names)
  }
  return format({ ...total, names: total.names.sort() })
}

/** `a / b` where it is a whole product, `undefined` where it is certainly none, `''` where nobody knows. */
export function quotient(a: Dim, b: Dim): Dim | undefined {
  const [whole, part] = [parse(a), parse(b)]
  if (!whole || !part || part.count === 0) return ''
  const names = [...whole.names]
  for (const name of part.names) {
    const at = names.indexOf(name)
    if (at < 0) return ''
    names.splice(at, 1)
  }
  if (whole.count % part.count === 0) return format({ count: whole.count / part.count, names })
  return names.length === 0 ? undefined : ''
}

/** Whether two sizes can be equal when the model runs: only two different numbers cannot. */
export function compatible(a: Dim, b: Dim): boolean {
  return typeof a !== 'number' || typeof b !== 'number' || a === b
}

/** What is known of a size that two descriptions share: a number beats a name beats nothing. */
export function refine(a: Dim, b: Dim): Dim {
  if (typeof a === 'number') return a
  return typeof b === 'number' || a === '' ? b : a
}

/** What two branches' or iterations' sizes have in common: the size where it is the same, else `''`. */
export function common(a: Dim, b: Dim): Dim {
  return a === b ? a : ''
}

/** The size that broadcasting gives, or undefined where the two do not fit. */
function broadcastDim(a: Dim, b: Dim): Dim | undefined {
  if (a === 1 || a === b) return b
  if (b === 1) return a
  if (typeof a === 'number') return typeof b === 'number' ? undefined : a
  return typeof b === 'number' ? b : ''
}

/**
 * The shape of NumPy-style broadcasting: aligned at the last axis, a 1 stretches. A name beside a number is taken to be it.
 * @throws OnnxError (`ONNX_SHAPE`) naming both shapes where they do not fit.
 */
export function broadcast(...shapes: readonly (readonly Dim[])[]): Dim[] {
  return shapes.reduce<Dim[]>((a, b) => {
    const rank = Math.max(a.length, b.length)
    return Array.from({ length: rank }, (_, axis) => {
      const dim = broadcastDim(a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1)
      if (dim === undefined)
        throw new OnnxError(`[${a}] and [${b}] do not broadcast: axis ${axis - rank} differs and is not 1`, {
          code: 'ONNX_SHAPE',
          params: { shapes: [a, b], axis: axis - rank },
        })
      return dim
    })
  }, [])
}
