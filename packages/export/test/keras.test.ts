import { describe, test } from 'vitest'
import { expectKeras, kerasCases } from './kerascases.ts'

// Made by scripts/keras_layers.py with Keras 3.15 and 2.21; tests/full/keras.test.ts makes others anew.
const { cases } = kerasCases(process.env.KCASES ?? new URL('fixtures/keras.json.gz', import.meta.url))

describe.each([3, 2] as const)('each layer that Keras %i writes says in onnxruntime what it says there', (version) => {
  test.each(cases.filter(({ keras }) => keras === version).map((each) => [each.name, each] as const))('%s', (_, each) =>
    expectKeras(each),
  )
})
