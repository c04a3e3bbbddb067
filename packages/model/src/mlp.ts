import { architectureOf, type Source } from './source.ts'
import { positiveInteger } from './strict.ts'
import type { ActivationLayer, Architecture, DenseLayer, Layer } from './types.ts'

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
  const { hidden = [60], activation = 'relu' } = options
  const body = hidden.flatMap((units, place): Layer[] => [denseOf(units, place), { type: activation }])
  return architectureOf(source, [{ type: 'flatten' }, ...body])
}

function denseOf(units: number, place: number): DenseLayer {
  return { type: 'dense', units: positiveInteger(units, `hidden[${place}]`) }
}
