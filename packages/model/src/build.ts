import { ModelError } from './error.ts'
import { positiveInteger } from './strict.ts'
import type { ActivationLayer, Architecture, DenseLayer, ImageShape, Layer } from './types.ts'
import { checkClasses, validate } from './validate.ts'

/** What an architecture is made for; a `PixelTable` with labels fits. */
export interface Source {
  shape: ImageShape
  /** The value that stands for white, 1..255. */
  maxValue: number
  /** The text of each class. */
  classes?: readonly string[]
}

/**
 * Softmax regression: every pixel straight to every class. Takes the image shape, the pixel range and the number of
 * classes from `source`; throws a `ModelError` when it has fewer than two classes.
 */
export function linear(source: Source): Architecture {
  return architecture(source, [])
}

/**
 * A multi-layer perceptron: a dense layer with an activation for each entry of `hidden` (units; default `[60]`, an empty
 * list gives `linear`), then one logit a class. `activation` is `relu` unless told. Throws a `ModelError` when `source`
 * has fewer than two classes or a size is not a positive whole number.
 */
export function mlp(
  source: Source,
  options: { hidden?: readonly number[]; activation?: ActivationLayer['type'] } = {},
): Architecture {
  const { hidden = [60], activation = 'relu' } = options
  return architecture(
    source,
    hidden.flatMap((units, place) => [denseOf(units, place), { type: activation }]),
  )
}

function denseOf(units: number, place: number): DenseLayer {
  return { type: 'dense', units: positiveInteger(units, `hidden[${place}]`) }
}

function architecture(source: Source, body: readonly Layer[]): Architecture {
  const classes = classesOf(source)
  const { height, width, channels, channelOrder } = source.shape
  const result: Architecture = {
    input: { shape: { height, width, channels, channelOrder }, maxValue: source.maxValue },
    layers: [{ type: 'flatten' }, ...body, { type: 'dense', units: classes.length }],
  }
  validate(result, { classes })
  return result
}

function classesOf(source: Source): readonly string[] {
  if (source.classes) return checkClasses(source.classes)
  throw new ModelError(
    'The source has no classes: it was read without labels. Give classes, or read it with its label column.',
  )
}
