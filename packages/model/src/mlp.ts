import { anything, oneOf } from '../../../common/options.ts'
import { check } from './options.ts'
import { architectureOf, type Source } from './source.ts'
import { listOf, positiveInteger } from './strict.ts'
import { type ActivationLayer, type Architecture, activations, type DenseLayer, type Layer } from './types.ts'

/**
 * Softmax regression: every pixel straight to every class. Takes the image shape, the pixel range and the number of
 * classes from `source`; throws a `ModelError` when it has fewer than two classes.
 */
export function linear(source: Source): Architecture {
  return architectureOf(source, [{ type: 'flatten' }])
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
  check('mlp', options, { hidden: anything, activation: oneOf(...activations) })
  const { hidden = [60], activation = 'relu' } = options
  const body = listOf(hidden, 'hidden', 'whole numbers').flatMap((units, place): Layer[] => [
    denseOf(units, place),
    { type: activation },
  ])
  return architectureOf(source, [{ type: 'flatten' }, ...body])
}

function denseOf(units: unknown, place: number): DenseLayer {
  return { type: 'dense', units: positiveInteger(units, `hidden[${place}]`) }
}
