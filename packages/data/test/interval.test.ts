import { DataError, wilsonInterval } from '@pixelrow/data'
import { expect, test } from 'vitest'

// statsmodels.stats.proportion.proportion_confint(right, rows, method='wilson')
test.each([
  [16, 16, 0.80639232, 1],
  [0, 3, 0, 0.56149703],
  [1, 3, 0.06149195, 0.7923404],
  [27731, 28000, 0.98918115, 0.99147002],
  [5, 10, 0.23659309, 0.76340691],
])('%i of %i', (right, rows, low, high) => {
  const found = wilsonInterval(right, rows)
  expect(found[0]).toBeCloseTo(low, 6)
  expect(found[1]).toBeCloseTo(high, 6)
})

test.each([
  [0, 0],
  [2, 1],
  [-1, 1],
  [Number.NaN, 1],
])('%d of %d is no measurement', (right, rows) => {
  expect(() => wilsonInterval(right, rows)).toThrow(DataError)
})
