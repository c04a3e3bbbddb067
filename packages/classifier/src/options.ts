import {
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
import { ClassifierError } from './errors.ts'
import type { CallOptions, ModelOptions, Preparation, Prepare, QueueOptions } from './types.ts'

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
export const prepareRule: Rule = (value) => {
  if (value === 'digit') return undefined
  const isWhole = ['size', 'resize', 'color', 'background'].every((part) => part in Object(value))
  return typeof value === 'object' && isWhole ? pictureRule(value) : "'digit' or { size, resize, color, background }"
}

const scale = like('a number other than 0, e.g. 1/255', (value) => value !== 0 && !number()(value))
const perChannel = (rule: Rule): Rule => either(rule, listOf('a list of them, one a channel', rule))

/** What the caller says of a model. */
export const modelRule = optionsOf<ModelOptions>({
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

/** How calls share runs. */
export const queueRules: Rules<QueueOptions> = {
  maxBatch: whole(1),
  maxDelayMs: number({ least: 0, most: 60_000 }),
  maxQueue: whole(1),
}

/** What `load` takes everywhere: the rules of these options, for a `load` of one's own. */
export const loadRules: Rules<QueueOptions & { model?: ModelOptions; prepare?: Prepare }> = {
  ...queueRules,
  model: modelRule,
  prepare: prepareRule,
}

/** What ends a call. A timer of more milliseconds would be over at once. */
export const callRules: Rules<CallOptions> = { signal, timeoutMs: number({ least: 0, most: 2 ** 31 - 1 }) }
