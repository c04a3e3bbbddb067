import { TrainError } from './error.ts'

/**
 * The first `count` operands of an operator, of which none may be left out; those behind them stay in the list.
 * Throws a `TrainError` that names the operator where one is missing.
 */
export function operands<T>(values: readonly (T | undefined)[], count: 1, operator: string): [T]
export function operands<T>(values: readonly (T | undefined)[], count: 2, operator: string): [T, T]
export function operands<T>(values: readonly (T | undefined)[], count: 3, operator: string): [T, T, T]
export function operands<T>(values: readonly (T | undefined)[], count: 4, operator: string): [T, T, T, T]
export function operands<T>(values: readonly (T | undefined)[], count: 5, operator: string): [T, T, T, T, T]
export function operands<T>(values: readonly (T | undefined)[], count: number, operator: string): T[] {
  return Array.from({ length: count }, (_, i) => values[i] ?? missing(operator, i))
}

function missing(operator: string, input: number): never {
  throw new TrainError({
    code: 'TRAIN_GRAPH_VALUE_MISSING',
    params: { operator, input },
    message: `${operator} lacks its operand ${input}, counted from 0.`,
  })
}
