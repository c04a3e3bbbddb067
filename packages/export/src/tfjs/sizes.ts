import type { Dim } from '@pixelrow/onnx'

/** A product of sizes as a number and the names of sizes that only a run knows; `''` is a size without a name. */
interface Factors {
  count: number
  names: string[]
}

function factorsOf(sizes: readonly Dim[]): Factors {
  const factors: Factors = { count: 1, names: [] }
  for (const part of sizes.flatMap((size): Dim[] => (typeof size === 'string' ? size.split('*') : [size]))) {
    if (typeof part === 'number' || /^\d+$/.test(part)) factors.count *= Number(part)
    else factors.names.push(part)
  }
  return factors
}

function sizeOfFactors({ count, names }: Factors): Dim {
  if (names.length === 0) return count
  if (names.includes('') || !Number.isInteger(count)) return ''
  return count === 1 ? names.join('*') : [count, ...names].join('*')
}

/** A product of sizes: a number, `49*N`, or `''` where one of them has no name. */
export function product(sizes: readonly Dim[]): Dim {
  return sizeOfFactors(factorsOf(sizes))
}

/** What remains of a product of sizes when others are taken out; undefined where that is certainly no size. */
export function remaining(all: readonly Dim[], taken: readonly Dim[]): Dim | undefined {
  const [whole, part] = [factorsOf(all), factorsOf(taken)]
  const names = [...whole.names]
  for (const name of part.names) {
    const at = names.indexOf(name)
    if (at < 0 || name === '') return ''
    names.splice(at, 1)
  }
  const count = whole.count / part.count
  if (names.length === 0 && !Number.isInteger(count)) return undefined
  return sizeOfFactors({ count, names })
}
