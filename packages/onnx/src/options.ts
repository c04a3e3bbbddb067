import { isA, kindOf } from '../../../common/kinds.ts'
import { checkOptions, type Rules } from '../../../common/options.ts'
import { OnnxError } from './error.ts'

/** Refuses options that a function does not have, or that are not of their kind. */
export function checked<Options extends object>(where: string, options: Options, rules: Rules<Options>): Options {
  checkOptions(
    where,
    options,
    rules,
    ({ code, params, message }) => new OnnxError(message, { code: `ONNX_${code}`, params: { ...params } }),
  )
  return options
}

/** A file's bytes, whichever realm made them; refuses everything else. */
export function bytesFrom(where: string, given: unknown): Uint8Array {
  if (isA(given, 'ArrayBuffer')) return new Uint8Array(given)
  if (isA(given, 'Uint8Array')) return new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
  const found = kindOf(given)
  throw new OnnxError(`${where}: expected a file’s bytes, a Uint8Array or ArrayBuffer; found ${found}.`, {
    code: 'ONNX_INPUT',
    params: { where, expected: ['Uint8Array', 'ArrayBuffer'], found },
  })
}
