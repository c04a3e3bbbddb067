import {
  callback,
  checkOptions,
  flag,
  like,
  number,
  type OptionProblem,
  type Rules,
  signal,
  text,
  whole,
} from '../../../common/options.ts'
import { KaggleError } from './errors.ts'
import type { CredentialsOptions, DownloadOptions, KaggleOptions, SubmitOptions, WaitOptions } from './types.ts'

/** Checks the options of a function of this package. */
export function check<Options extends object>(
  where: string,
  options: Options | undefined,
  rules: Rules<Options>,
): void {
  checkOptions(where, options, rules, failed)
}

function failed({ code, params, message }: OptionProblem): KaggleError {
  // What stands in place of credentials, or of the variables that may hold some, is shown to nobody.
  const isSecret = 'found' in params && /^(credentials|env)\b/.test(params.option)
  const hidden = isSecret ? { ...params, found: 'something else' } : params
  const sentence = isSecret
    ? `${params.where}: ${params.option} must be ${params.expected}; found something else.`
    : message
  return new KaggleError(sentence, { code: `KAGGLE_${code}`, params: hidden })
}

const milliseconds = number({ least: 0 })

const variables = like('an object of texts', (value) => typeof value === 'object' && value !== null)

export const credentialsRules: Rules<CredentialsOptions> = { env: variables, home: text }

export const kaggleRules: Rules<KaggleOptions> = {
  ...credentialsRules,
  credentials: like(
    'what findCredentials or tokenCredentials gives',
    (value) => typeof value === 'object' && value !== null && 'authorization' in value,
  ),
  baseUrl: text,
  fetch: callback,
  tries: whole(1),
  firstDelay: milliseconds,
  longestDelay: milliseconds,
  stallTimeout: number({ above: 0 }),
  maxAnswer: whole(1),
  maxPages: whole(1),
  onWarning: callback,
  onRetry: callback,
}

export const callRules: Rules<{ signal?: AbortSignal }> = { signal }

export const listRules: Rules<{ signal?: AbortSignal; limit?: number }> = { signal, limit: whole(1) }

export const downloadRules: Rules<DownloadOptions> = {
  folder: text,
  file: text,
  extract: flag,
  overwrite: flag,
  maxBytes: number({ above: 0 }),
  signal,
  onProgress: callback,
}

export const submitRules: Rules<SubmitOptions> = { message: text, signal, onProgress: callback }

export const waitRules: Rules<WaitOptions> = {
  timeout: milliseconds,
  interval: number({ above: 0 }),
  onLook: callback,
  signal,
}
