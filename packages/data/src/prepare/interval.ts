import { number } from '../../../../common/options.ts'
import { checkValue } from '../options.ts'

// Φ⁻¹(0.975): of a normal distribution, 95 % lies within so many deviations of the mean.
const deviations = 1.959963984540054

/**
 * The 95 % interval of a share that was measured as `right` of `rows` (Wilson 1927), within 0..1; it holds for few rows and for shares of
 * 0 and 1, too. Throws a DataError unless `rows` is 1 or more and `right` is 0..rows.
 */
export function wilsonInterval(right: number, rows: number): [low: number, high: number] {
  checkValue('wilsonInterval', 'rows', rows, number({ least: 1 }))
  checkValue('wilsonInterval', 'right', right, number({ least: 0, most: rows }))
  const square = deviations ** 2
  const share = right / rows
  const center = (share + square / (2 * rows)) / (1 + square / rows)
  const reach = (deviations / (1 + square / rows)) * Math.sqrt((share * (1 - share)) / rows + square / (4 * rows ** 2))
  // Rounding must not take the ends beyond what they are exactly.
  return [right === 0 ? 0 : Math.max(0, center - reach), right === rows ? 1 : Math.min(1, center + reach)]
}
