import {
  callback,
  checkOptions,
  flag,
  listOf,
  number,
  type OptionProblem,
  oneOf,
  type Rules,
  signal,
  text,
} from '../../../common/options.ts'
import type { PlaceOptions, PreloadOptions, RemoveCudaOptions, SetupCudaOptions } from './cuda/types.ts'
import { SetupError } from './error.ts'
import { deviceNames } from './findings/names.ts'
import type { LookOptions, SurveyOptions } from './findings/types.ts'
import type { BuiltOptions, SetupTfjsOptions } from './tfjs/types.ts'

/** Checks the options of a function of this package. Where there is a `runtime`, it must be given. */
export function check<Options extends object>(where: string, options: Options, rules: Rules<Options>): void {
  checkOptions(where, options, rules, failed)
  if (!('runtime' in rules) || (options && 'runtime' in options && options.runtime !== undefined)) return
  const [option, expected, found] = ['runtime', "the path of onnxruntime-node's entry", 'undefined']
  const message = `${where}: ${option} must be ${expected}; found ${found}.`
  throw failed({ code: 'OPTION_INVALID', params: { where, option, expected, found }, message })
}

function failed({ code, params, message }: OptionProblem): SetupError {
  // The sentence ends itself.
  return new SetupError(message.replace(/\.$/, ''), { code: `DEVICES_${code}`, params })
}

export const builtRules: Rules<BuiltOptions> = { cache: text }

export const placeRules: Rules<PlaceOptions> = { cache: text, root: text }

export const preloadRules: Rules<PreloadOptions> = { ...placeRules, runtime: text }

export const setupRules: Rules<SetupTfjsOptions> = {
  ...builtRules,
  gpu: flag,
  from: text,
  signal,
  onProgress: callback,
}

export const checkRules: Rules<{ signal?: AbortSignal | undefined }> = { signal }

export const lookRules: Rules<LookOptions> = {
  ...preloadRules,
  devices: listOf(`a list of ${deviceNames.join(', ')}`, oneOf(...deviceNames)),
}

export const surveyRules: Rules<SurveyOptions> = { ...lookRules, seconds: number({ above: 0 }), signal }

export const removeCudaRules: Rules<RemoveCudaOptions> = { runtime: text, cache: text }

export const setupCudaRules: Rules<SetupCudaOptions> = { ...removeCudaRules, from: text, signal, onProgress: callback }
