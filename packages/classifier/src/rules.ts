import {
  anything,
  callback,
  checkOptions,
  either,
  flag,
  like,
  listOf,
  number,
  oneOf,
  optionsOf,
  type Rule,
  type Rules,
  signal,
  text,
  whole,
} from '../../../common/options.ts'
import type { ClassifierParts } from './classifier.ts'
import type { ModelOptions } from './description.ts'
import { ClassifierError } from './errors.ts'
import type { QueueOptions } from './queue.ts'
import type { RunnerParts } from './runner.ts'
import type {
  CallOptions,
  ClassifyOptions,
  ClassifyRowsOptions,
  PredictOptions,
  PredictRowsOptions,
  Preparation,
  Prepare,
} from './types.ts'

/** Throws a `ClassifierError` for the first option that there is not, or that is of a wrong kind or out of its range. `where` is the function. */
export function checkClassifierOptions<Options extends object>(
  where: string,
  options: Options | undefined,
  rules: Rules<Options>,
): void {
  checkOptions(where, options, rules, ({ code, params, message }) => {
    return new ClassifierError(message, { code: `CLASSIFIER_${code}`, params: { ...params } })
  })
}

const pictureRule = optionsOf<Preparation>({
  size: like('[height, width] in pixels', (size) => Array.isArray(size) && size.length === 2 && !size.some(whole(1))),
  resize: oneOf('contain', 'cover', 'stretch'),
  color: oneOf('grey', 'rgb'),
  background: whole(0, { most: 255 }),
})

/** How pictures are prepared: a whole rule, or its name. */
const prepare: Rule = (value) => {
  if (value === 'digit') return undefined
  const isWhole = ['size', 'resize', 'color', 'background'].every((part) => part in Object(value))
  return typeof value === 'object' && isWhole ? pictureRule(value) : "'digit' or { size, resize, color, background }"
}

const scale = like('a number other than 0, e.g. 1/255', (value) => value !== 0 && !number()(value))
const perChannel = (rule: Rule): Rule => either(rule, listOf('a list of them, one a channel', rule))

const model = optionsOf<ModelOptions>({
  classes: listOf('a list of texts', text),
  shape: optionsOf<NonNullable<ModelOptions['shape']>>({
    height: whole(1),
    width: whole(1),
    channels: whole(1),
    channelOrder: oneOf('interleaved', 'planar'),
  }),
  layout: oneOf('NCHW', 'NHWC'),
  colors: oneOf('rgb', 'bgr'),
  scale,
  mean: perChannel(number()),
  std: perChannel(number({ above: 0 })),
  output: text,
  softmax: flag,
})

const queue: Rules<QueueOptions> = {
  maxBatch: whole(1),
  maxDelayMs: number({ least: 0, most: 60_000 }),
  maxQueue: whole(1),
}

/** What `load` takes everywhere: the rules of these options, for a `load` of one's own. */
export const loadRules: Rules<QueueOptions & { model?: ModelOptions; prepare?: Prepare }> = { ...queue, model, prepare }

// A timer of more milliseconds would be over at once.
const call: Rules<CallOptions> = { signal, timeoutMs: number({ least: 0, most: 2 ** 31 - 1 }) }

export const classifyRules: Rules<ClassifyOptions> = { ...call, top: whole(1), prepare }
export const predictRules: Rules<PredictOptions> = { ...call, onProgress: callback }
export const classifyRowsRules: Rules<ClassifyRowsOptions> = { signal, top: whole(1), prepare }
export const predictRowsRules: Rules<PredictRowsOptions> = { prepare, signal, transfer: flag }

const file = optionsOf<{ bytes: Uint8Array; given?: ModelOptions }>({ bytes: anything, given: model })

export const runnerRules: Rules<RunnerParts> = {
  session: anything,
  tensor: callback,
  model: (value) => {
    if (typeof value !== 'object' || value === null) return "a file's bytes, or what describeModel gives"
    return 'bytes' in value ? file(value) : undefined
  },
  name: text,
  reopen: callback,
}

export const classifierRules: Rules<ClassifierParts> = {
  ...queue,
  runner: anything,
  name: text,
  device: text,
  attempts: anything,
  pictures: optionsOf<NonNullable<ClassifierParts['pictures']>>({ read: callback, open: callback, prepare: callback }),
  prepare,
  pieceRows: whole(256),
  pause: callback,
  lanes: whole(1),
  depth: whole(1),
}
