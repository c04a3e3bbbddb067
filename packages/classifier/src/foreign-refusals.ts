// What is said where a model of others cannot be taken as it is.
import { ClassifierError } from './core.ts'

const say = "Say them, in the order of the scores: model: { classes: ['…', …] }"

/** Labels that are neither a numbering of the scores nor told by the file. */
export function labelsUnknown(found: {
  name: string
  output: string
  label: string
  best: number
  count: number
}): ClassifierError {
  const { name, output, label, best, count } = found
  return new ClassifierError(
    `${name}: nobody says its classes. Its output '${output}' says ${label} where number ${best} of ${count} scores is the best, so they are ` +
      `not numbered 0 to ${count - 1}. ${say}`,
    { code: 'CLASSIFIER_CLASSES_UNKNOWN', params: found },
  )
}

/** Classes that somebody has said, in another order than the file's own. */
export function classesConflict(name: string, found: { output: string; said: string; label: string }): ClassifierError {
  return new ClassifierError(
    `${name}: its classes are said to be in another order than its scores: its output '${found.output}' says ${found.label} where they say ${found.said}`,
    { code: 'CLASSIFIER_CLASSES_ORDER', params: { name, ...found } },
  )
}

/** Another number of classes than of scores. */
export function classCountError(name: string, found: { expected: number; found: number }): ClassifierError {
  return new ClassifierError(
    `${name}: expected ${found.expected} scores, as there are so many classes, found ${found.found}`,
    { code: 'CLASSIFIER_CLASSES_COUNT', params: { name, ...found } },
  )
}

/** A label that is none of the classes. */
export function labelError(found: { name: string; row: number; output: string; label: string }): ClassifierError {
  const { name, row, output, label } = found
  return new ClassifierError(
    `${name}: image ${row}: its output '${output}' says ${label}, which is none of its classes`,
    {
      code: 'CLASSIFIER_LABEL_UNKNOWN',
      params: found,
    },
  )
}

const option = "options={'zipmap': False}"

/** Scores as a list of maps, where the file cannot be opened anew without them. */
export function mapsError(name: string, outputs: readonly string[]): ClassifierError {
  return new ClassifierError(
    `${name}: its output '${outputs[0]}' is a list of maps (ZipMap), which onnxruntime's JavaScript cannot give. Convert the model with ${option} of skl2onnx`,
    { code: 'CLASSIFIER_OUTPUT_MAPS', params: { name, outputs: [...outputs] } },
  )
}

/** Scores that come as an output for each class, or not at all. */
export function outputError(
  name: string,
  outputs: readonly { name: string; type?: string; shape?: readonly unknown[] }[],
): ClassifierError {
  const columns = outputs.filter(({ type, shape }) => type?.startsWith('float') && shape?.length === 1)
  const hint =
    columns.length > 1
      ? `Its scores are an output for each class, as by zipmap='columns' of skl2onnx: convert the model with ${option}`
      : 'Is it a classifier? If so, say which output: model: { output: … }'
  const found = outputs.map(
    (each) => `'${each.name}' (${each.type ?? 'no tensor'}${each.shape ? ` [${each.shape.join(', ')}]` : ''})`,
  )
  return new ClassifierError(
    `${name}: expected an output of float scores [N, classes], found ${found.join(', ')}. ${hint}`,
    {
      code: 'CLASSIFIER_OUTPUT_UNKNOWN',
      params: { name, outputs: outputs.map((each) => each.name) },
    },
  )
}

/** Scaling for a model that takes bytes. */
export function scalingError(name: string, options: readonly string[]): ClassifierError {
  return new ClassifierError(
    `${name}: ${options.join(', ')}: its input is of uint8, which gets the bytes as they are. Scaling is for inputs of float32 and float16`,
    { code: 'CLASSIFIER_MODEL_OPTION_UNUSED', params: { name, options: [...options] } },
  )
}
