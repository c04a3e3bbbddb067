import { TrainError } from './error.ts'

/** What a map has under a key that it must have; `what` says in the error what such a thing is, as in `state`. */
export function required<T>(map: { get(key: string): T | undefined }, key: string, what: string): T {
  const value = map.get(key)
  if (value !== undefined) return value
  throw new TrainError({
    code: 'TRAIN_GRAPH_VALUE_MISSING',
    params: { what, value: key },
    message: `There is no ${what} ${key}.`,
  })
}
