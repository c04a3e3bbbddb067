import { either, like, listOf, number, oneOf, optionsOf, type Rules, text } from '../../../../common/options.ts'
import type { TfjsClassifier } from './classifier.ts'
import type { TfjsToOnnxOptions } from './tfjstoonnx.ts'

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
}
