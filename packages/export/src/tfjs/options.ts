import { either, like, listOf, number, oneOf, optionsOf, type Rules, text } from '../../../../common/options.ts'
import { boundRules } from '../../../../common/within.ts'
import type { TfjsClassifier } from './classifier.ts'

/** Options of `tfjsToOnnx`. */
export interface TfjsToOnnxOptions {
  /**
   * Makes a classifier of pictures: the input becomes `pixels`, uint8 `[N, height, width, channels]`, and `label` and
   * `probabilities` are added to the outputs. A Teachable Machine download is one by default; `false` keeps it as it is.
   */
  classifier?: TfjsClassifier | false
  /** Shapes of inputs by name, batch first, `null` for what only a run decides. Default: what the model says. */
  inputShapes?: Readonly<Record<string, readonly (number | null)[]>>
  /** Most bytes of each file that comes from a URL. Default 2 GiB. */
  maxBytes?: number
  /** Milliseconds without a byte after which the connection to a URL counts as lost. Default 60,000. */
  stallTimeout?: number
}

const classifierRules: Rules<TfjsClassifier> = {
  classes: listOf('a list of texts', text),
  scale: number(),
  offset: number(),
  output: oneOf('probabilities', 'logits'),
  resize: oneOf('contain', 'cover', 'stretch'),
}

const isShape = (shape: unknown) =>
  Array.isArray(shape) && shape.every((dim) => dim === null || (Number.isInteger(dim) && dim > 0))

const shapes = like('a shape for each input by its name, e.g. { input_1: [null, 224, 224, 3] }', (value) => {
  return typeof value === 'object' && value !== null && Object.values(value).every(isShape)
})

/** What `tfjsToOnnx` takes. */
export const tfjsRules: Rules<TfjsToOnnxOptions> = {
  classifier: either(
    like('false', (value) => value === false),
    optionsOf(classifierRules),
  ),
  inputShapes: shapes,
  ...boundRules(),
}
