import { anything, checkOptions, flag, like, number, optionsOf, type Rules, text } from '../../../common/options.ts'
import { WorkerError } from './errors.ts'
import type { HostOptions } from './types.ts'

const megabytes = number({ above: 0 })

const isTexts = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'string')

const rules: Rules<HostOptions> = {
  name: text,
  data: anything,
  isolate: flag,
  env: like('texts by name', isTexts),
  exitPatience: number({ least: 0 }),
  resourceLimits: optionsOf<NonNullable<HostOptions['resourceLimits']>>({
    maxYoungGenerationSizeMb: megabytes,
    maxOldGenerationSizeMb: megabytes,
  }),
}

/** Throws a `WorkerError` for options of `startHost` that do not fit. */
export function checkHostOptions(options: HostOptions): void {
  checkOptions('startHost', options, rules, ({ code, params, message }) => {
    return new WorkerError(`WORKER_${code}`, message, { params: { ...params } })
  })
}
