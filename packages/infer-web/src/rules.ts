import { checkClassifierOptions, loadRules } from '@pixelrow/classifier'
import { isA } from '../../../common/kinds.ts'
// Of these rules the small ones alone: a page loads a copy beside the classifier's.
import { callback, flag, like, type Rules, signal } from '../../../common/options.ts'
import type { LoadOptions, OpenOptions } from './options.ts'

const devices: unknown[] = ['webgpu', 'wasm']

const positive = like('a number above 0', (value) => typeof value === 'number' && value > 0)

const openRules: Rules<OpenOptions> = {
  maxBytes: positive,
  stallTimeout: positive,
  wasmPaths: like('a folder, the address of a file, or { wasm, mjs }', (paths) => {
    const each = typeof paths === 'object' ? Object.entries(paths ?? { none: 0 }) : [['wasm', paths] as const]
    return each.every(([file, at]) => /^(wasm|mjs)$/.test(file) && (typeof at === 'string' || isA(at, 'URL')))
  }),
  threads: like('a whole number of at least 1', (threads) => Number.isSafeInteger(threads) && Number(threads) > 0),
}

const rules: Rules<LoadOptions> = {
  ...loadRules,
  ...openRules,
  device: like("'auto', 'webgpu' or 'wasm', or a list of the last two", (device) => {
    return (
      device === 'auto' ||
      (Array.isArray(device) ? device[0] && device.every((each) => devices.includes(each)) : devices.includes(device))
    )
  }),
  warmup: flag,
  onProgress: callback,
  cache: like('true, false or a version as text', (cache) => !flag(cache) || typeof cache === 'string'),
  worker: like('true, false or a function that makes one', (worker) => !flag(worker) || typeof worker === 'function'),
  signal,
}

/** Throws a `ClassifierError` for options of `load` that do not fit. */
export const checkLoadOptions = (options: LoadOptions): void => checkClassifierOptions('load', options, rules)

/** The same for `open`. */
export const checkOpenOptions = (options: OpenOptions): void => checkClassifierOptions('open', options, openRules)
