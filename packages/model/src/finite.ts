import { ModelError } from './error.ts'
import type { Tensor } from './types.ts'

/**
 * Throws a `ModelError` that names the tensor unless all of its values are finite numbers; `subject` is what errors call the whole. Weights
 * become infinite or NaN when a training diverges, and nothing that is made of them is right.
 */
export function requireFinite(weights: Readonly<Record<string, Tensor>>, subject = 'The weights'): void {
  for (const [name, { data }] of Object.entries(weights)) {
    const index = data.findIndex((value) => !Number.isFinite(value))
    if (index < 0) continue
    const found = data[index]
    const sentence = `${subject}’ ${name} holds ${found} at ${index}; expected finite numbers. Did the training diverge? Train again with a lower learning rate.`
    throw new ModelError('MODEL_WEIGHTS_NOT_FINITE', sentence, { params: { name, index, found: String(found) } })
  }
}
