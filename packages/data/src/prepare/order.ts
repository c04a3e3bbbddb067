import { checkValue, word } from '../options.ts'
import { random, streams } from '../random.ts'

/**
 * The order in which an epoch visits a table's rows: the only shuffle there is.
 * A permutation of 0..rows-1 that depends on (rows, seed, epoch) alone (Fisher and Yates on the counter-based generator). Throws a DataError
 * unless all three are whole numbers 0..2³²-1.
 */
export function epochOrder(rows: number, seed: number, epoch: number): Uint32Array {
  checkValue('epochOrder', 'rows', rows, word)
  checkValue('epochOrder', 'epoch', epoch, word)
  const order = Uint32Array.from({ length: rows }, (_, row) => row)
  const { below } = random(seed, streams.order)
  for (let i = rows - 1; i > 0; i--) {
    const j = below(epoch, i, i + 1)
    const kept = order[i]!
    order[i] = order[j]!
    order[j] = kept
  }
  return order
}
