import { isA } from '../../../common/kinds.ts'
import { callback, checkOptions, like, oneOf, type Rules, show, signal } from '../../../common/options.ts'
import { ExportError } from './error.ts'
import type { ScoreOptions } from './session.ts'

/** Refuses options that a function does not have, or that are not of their kind. */
export function checked<Options extends object>(where: string, options: Options, rules: Rules<Options>): Options {
  checkOptions(
    where,
    options,
    rules,
    ({ code, params, message }) => new ExportError(message, { code: `EXPORT_${code}`, params: { ...params } }),
  )
  return options
}

/** The form of an exported file's input. */
export const inputKind = oneOf('flat', 'image')

/** What every function takes that runs a file. */
export const scoreRules: Rules<ScoreOptions> = { run: callback, signal, onProgress: callback }

/** Refuses a call without `run`, which TypeScript asks for. */
export function requireRun(where: string, { run }: Partial<ScoreOptions>): void {
  if (typeof run === 'function') return
  throw new ExportError(
    `${where}: run is missing; expected a function that opens a file, e.g. open of @pixelrow/infer-node.`,
    { code: 'EXPORT_OPTION_INVALID', params: { where, option: 'run', expected: 'a function', found: 'nothing' } },
  )
}

/** Refuses rows that are none. */
export function requireRows(where: string, rows: unknown): void {
  const expected = rowsRule(rows)
  if (typeof expected !== 'string') return
  throw new ExportError(`${where}: expected ${expected}; found ${show(rows)}.`, {
    code: 'EXPORT_INPUT',
    params: { where, expected, found: show(rows) },
  })
}

/** Real rows as a rule of options: `{ pixels }` or `{ feeds }`. */
export const rowsRule = like('rows: { pixels } as bytes or floats, or { feeds } by the inputs’ names', (value) => {
  if (typeof value !== 'object' || value === null) return false
  if ('pixels' in value) return isA(value.pixels, 'Uint8Array', 'Float32Array')
  return 'feeds' in value && typeof value.feeds === 'object' && value.feeds !== null
})
