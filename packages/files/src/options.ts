import {
  callback,
  checkOptions,
  flag,
  like,
  listOf,
  number,
  type OptionProblem,
  oneOf,
  optionsOf,
  type Rule,
  type Rules,
  signal,
  text,
  whole,
} from '../../../common/options.ts'
import type { Checksum } from './checksum.ts'
import { FileError } from './error.ts'
import type {
  CachedOptions,
  ClaimOptions,
  CommitOptions,
  DownloadOptions,
  Environment,
  ExtractOptions,
  FolderOptions,
  RetryOptions,
  WriteOptions,
  ZipOptions,
} from './types.ts'

/** Checks the options of a function of this package. */
export function check<Options extends object>(where: string, options: Options, rules: Rules<Options>): void {
  checkOptions(where, options, rules, failed)
}

function failed({ code, params, message }: OptionProblem): FileError {
  // Headers may hold a secret.
  const isSecret = 'found' in params && params.option === 'headers'
  const hidden = isSecret ? { ...params, found: 'something else' } : params
  const problem = isSecret ? `${params.where}: headers must be ${params.expected}; found something else.` : message
  return new FileError({ code: `FILES_${code}`, params: hidden, problem })
}

const milliseconds = number({ least: 0 })
/** Infinity is no limit. */
const limit = like('a number above 0', (value) => typeof value === 'number' && value > 0)
const texts = like(
  'an object of texts',
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((each) => each === undefined || typeof each === 'string'),
)

const checksumRules: Rules<Checksum> = { algorithm: oneOf('md5', 'sha1', 'sha256', 'sha512', 'crc32c'), value: text }

const checksum: Rule = (value) => {
  if (typeof value === 'function') return undefined
  const fault = optionsOf(checksumRules)(value)
  if (fault) return fault
  const { algorithm, value: sum } = value as Partial<Checksum>
  return algorithm && sum !== undefined ? undefined : 'algorithm and value, or a function that gives them'
}

export const writeRules: Rules<WriteOptions> = { mode: whole(0, { most: 0o7777 }), signal }

export const folderRules: Rules<FolderOptions> = { mode: whole(0, { most: 0o7777 }) }

export const cacheRules: Rules<{ env?: Environment; platform?: string }> = { env: texts, platform: text }

export const cachedRules: Rules<CachedOptions> = { folder: text }

export const retryRules: Rules<RetryOptions> = {
  tries: whole(1),
  firstDelay: milliseconds,
  longestDelay: milliseconds,
  signal,
  onRetry: callback,
}

export const downloadRules: Rules<DownloadOptions> = {
  ...retryRules,
  name: text,
  fetch: callback,
  headers: texts,
  size: whole(0),
  checksum,
  overwrite: flag,
  stallTimeout: number({ above: 0 }),
  minSpeed: number({ least: 0 }),
  minProgress: whole(1),
  maxBytes: limit,
  maxRatio: limit,
  maxRedirects: whole(0),
  onProgress: callback,
  place: callback,
}

export const zipRules: Rules<ZipOptions> = {
  name: text,
  maxTotal: limit,
  maxEntry: limit,
  maxRatio: limit,
  maxEntries: limit,
}

export const extractRules: Rules<ExtractOptions> = {
  ...zipRules,
  filter: callback,
  overwrite: flag,
  write: callback,
  signal,
  onProgress: callback,
}

export const claimRules: Rules<ClaimOptions> = {
  part: text,
  names: listOf('a list of names', text),
  force: flag,
  isOurs: callback,
  by: text,
  signal,
}

/** What a file is made from is plain data of the caller's. */
const origin = like('an object', (value) => typeof value === 'object' && value !== null)

export const commitRules: Rules<CommitOptions> = { from: origin, names: listOf('a list of names', text) }

export const stateRules: Rules<{ exact?: boolean }> = { exact: flag }

export const currentRules: Rules<{ from: object; exact?: boolean }> = { from: origin, exact: flag }

export const inputRules: Rules<{ name?: string }> = { name: text }

export const entryRules: Rules<{ signal?: AbortSignal }> = { signal }
