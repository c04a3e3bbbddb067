import { DataError, epochOrder, random, threefry2x32 } from '@pixelrow/data'
import { expect, test } from 'vitest'

test('Threefry-2x32-20 gives the known answers of Random123', () => {
  expect(threefry2x32(0, 0, 0, 0)).toEqual([0x6b200159, 0x99ba4efe])
  expect(threefry2x32(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff)).toEqual([0x1cb996fc, 0xbb002be7])
  expect(threefry2x32(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3)).toEqual([0xc4923a9c, 0x483df7a0])
})

test('a number depends on seed, stream, step and index alone', () => {
  const first = random(7, 3).uint32(5, 9)
  random(1, 1).uint32(0, 0)
  expect(random(7, 3).uint32(5, 9)).toBe(first)
  const others = [
    random(8, 3).uint32(5, 9),
    random(7, 4).uint32(5, 9),
    random(7, 3).uint32(6, 9),
    random(7, 3).uint32(5, 10),
  ]
  expect(new Set([first, ...others]).size).toBe(5)
})

test('uniform numbers are in [0, 1) and even, normal ones have mean 0 and deviation 1', () => {
  const { uniform, normal, below } = random(1, 200)
  const count = 20_000
  const numbers = Array.from({ length: count }, (_, i) => uniform(0, i))
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...numbers)).toBeLessThan(1)
  expect(numbers.reduce((a, b) => a + b) / count).toBeCloseTo(0.5, 2)
  const normals = Array.from({ length: count }, (_, i) => normal(1, i))
  expect(normals.reduce((a, b) => a + b) / count).toBeCloseTo(0, 1)
  expect(normals.reduce((a, b) => a + b * b) / count).toBeCloseTo(1, 1)
  const dice = Array.from({ length: 6000 }, (_, i) => below(2, i, 6))
  for (let face = 0; face < 6; face++) expect(Math.abs(dice.filter((d) => d === face).length - 1000)).toBeLessThan(120)
})

test('a seed that is no 32-bit word is refused', () => {
  for (const seed of [-1, 1.5, 2 ** 32, Number.NaN]) expect(() => random(seed, 0)).toThrow(DataError)
})

test('an epoch visits every row once, each epoch and seed in an order of its own', () => {
  const order = epochOrder(1000, 1, 0)
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  expect(epochOrder(1000, 1, 0)).toEqual(order)
  expect(epochOrder(1000, 1, 1)).not.toEqual(order)
  expect(epochOrder(1000, 2, 0)).not.toEqual(order)
  expect([epochOrder(0, 0, 0).length, epochOrder(1, 0, 0)]).toEqual([0, Uint32Array.of(0)])
})
