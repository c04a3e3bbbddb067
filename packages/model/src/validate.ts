import { isA } from '../../../common/kinds.ts'
import { anything } from '../../../common/options.ts'
import { parameters } from './architecture.ts'
import { ModelError } from './error.ts'
import { requireFinite } from './finite.ts'
import { check } from './options.ts'
import { strictPreparation } from './preparation.ts'
import { describeShape, elements, formatShape } from './shape.ts'
import { listOf, show } from './strict.ts'
import type { Architecture, Model, Tensor } from './types.ts'
import { walk } from './walk.ts'

/**
 * Throws a `ModelError` that names the layer, what was found and what to do unless the architecture is a classifier:
 * known layers with sensible options that fit each other, and a vector of logits at the end. With `classes`, there must
 * be one logit for each of them.
 */
export function validate(architecture: Architecture, options: { classes?: readonly string[] } = {}): void {
  check('validate', options, { classes: anything })
  const last = walk(architecture).at(-1)!
  const at = `layer ${last.path} (${last.layer.type})`
  if (last.output.length !== 1) {
    const found = describeShape(last.output)
    const message = `${at}, the last one, gives ${found}; expected a vector of logits. Add { type: 'flatten' } or { type: 'globalAveragePool' }, and a dense layer.`
    throw new ModelError('MODEL_SHAPE_UNFIT', message, {
      params: { expected: 'a vector of logits', found },
      path: last.path,
    })
  }
  if (!options.classes) return
  const classes = checkClasses(options.classes).length
  if (last.output[0] === classes) return
  const message = `${at}, the last one, gives ${last.output[0]} logits; expected ${classes}, one for each class. Give the last dense layer units: ${classes}.`
  throw new ModelError('MODEL_SHAPE_UNFIT', message, {
    params: { expected: classes, found: last.output[0] },
    path: last.path,
  })
}

/** Throws a `ModelError` unless these are at least two different texts; 65,536 at most, because labels are 16-bit. */
export function checkClasses(classes: unknown): readonly string[] {
  const list = listOf(classes, 'classes', 'texts')
  if (list.length < 2 || list.length > 65536) {
    const message = `There are ${list.length} classes; expected 2 to 65536, or there is nothing to tell apart.`
    throw new ModelError('MODEL_CLASSES_COUNT', message, { params: { found: list.length } })
  }
  list.forEach((text, index) => {
    if (typeof text === 'string') return
    const message = `Class ${index} is ${show(text)}; expected a text.`
    throw new ModelError('MODEL_CLASSES_INVALID', message, { params: { index, found: show(text) } })
  })
  if (new Set(list).size === list.length) return list as readonly string[]
  const twice = list.find((text, index) => list.indexOf(text) !== index)
  const message = `The class ${show(twice)} is listed twice; expected different texts.`
  throw new ModelError('MODEL_CLASSES_INVALID', message, { params: { class: twice } })
}

/**
 * Throws a `ModelError` unless the model holds together: `validate` of its architecture and classes, and weights of
 * exactly the names and shapes that `parameters` lists, finite numbers all.
 */
export function validateModel(model: Model): void {
  validate(model.architecture, { classes: checkClasses(model.classes) })
  if (model.preparation) strictPreparation(model.preparation, model.architecture.input.shape)
  const expected = parameters(model.architecture)
  for (const { name, dims } of expected) checkTensor(name, dims, model.weights)
  const names = new Set(expected.map(({ name }) => name))
  const extra = Object.keys(model.weights).find((name) => !names.has(name))
  if (extra !== undefined) {
    const message = `The weights hold ${show(extra)}; the architecture has only ${[...names].join(', ')}.`
    throw new ModelError('MODEL_WEIGHTS_INVALID', message, {
      params: { name: extra, expected: 'none', known: [...names] },
    })
  }
  requireFinite(model.weights)
}

function checkTensor(name: string, dims: readonly number[], weights: Record<string, Tensor>): void {
  const tensor = Object.hasOwn(weights, name) ? weights[name] : undefined
  const expected = `${formatShape(dims)} with ${elements(dims)}`
  const wrong = (message: string, found: string) =>
    new ModelError('MODEL_WEIGHTS_INVALID', message, { params: { name, expected, found } })
  if (!tensor) throw wrong(`The weights lack ${name}; expected float32 values of ${formatShape(dims)}.`, 'none')
  if (!isA(tensor.data, 'Float32Array')) throw wrong(`The weights’ ${name} is not a Float32Array.`, show(tensor.data))
  if (formatShape(tensor.dims) !== formatShape(dims) || tensor.data.length !== elements(dims)) {
    const found = `${formatShape(tensor.dims)} with ${tensor.data.length} values`
    throw wrong(`The weights’ ${name} is ${found}; expected ${expected}.`, found)
  }
}
