import { checkClassifierOptions, loadRules } from '@pixelrow/classifier'
import { either, flag, listOf, oneOf, type Rule, type Rules, whole } from '../../../common/options.ts'
import { boundRules } from '../../../common/within.ts'
import { devices } from './device.ts'
import type { LoadOptions, OpenOptions } from './types.ts'

const someDevices: Rule = listOf('a list of devices', oneOf(...devices))

const device = either(oneOf('auto', ...devices), (value) => {
  return Array.isArray(value) && value.length === 0 ? 'a list of at least one device' : someDevices(value)
})

const openRules: Rules<OpenOptions> = { device, threads: whole(1), isolate: flag, ...boundRules() }

const rules: Rules<LoadOptions> = { ...loadRules, ...openRules, worker: flag, workers: whole(1) }

/** Throws a `ClassifierError` for options of `load` that do not fit. */
export function checkLoadOptions(options: LoadOptions): void {
  checkClassifierOptions('load', options, rules)
}

/** The same for `open`. */
export function checkOpenOptions(options: OpenOptions): void {
  checkClassifierOptions('open', options, openRules)
}
