import { type ExportError, tfjsToOnnx } from '@pixelrow/export/tfjs'
import { describe, expect, test } from 'vitest'
import { expectKeras, filesOfCase, kerasCases } from './kerascases.ts'

// Made by scripts/keras_layers.py (2 draws, seed 3) with Keras 3.15 and 2.21; tests/full/keras.test.ts makes others anew.
const { cases } = kerasCases(new URL('fixtures/keras.json.gz', import.meta.url))

describe.each([3, 2] as const)('each layer that Keras %i writes says in onnxruntime what it says there', (version) => {
  const written = cases.filter(({ keras }) => keras === version)
  test.each(written.map((each) => [each.name, each] as const))('%s', (_, each) => expectKeras(each))
})

test('every supported layer is among them', async () => {
  const [first] = cases
  const text = JSON.stringify(first!.model).replaceAll(`"class_name":"${first!.kind}"`, '"class_name":"Unheard"')
  const error: ExportError = await tfjsToOnnx(filesOfCase({ ...first!, model: JSON.parse(text) })).catch(
    (reason) => reason,
  )
  const supported = error.params.supported as string[]
  const kinds = new Set(cases.map(({ kind }) => kind))
  // The other name is TensorFlow 1.13's for the same layer.
  expect(supported.filter((name) => !kinds.has(name))).toEqual(['BatchNormalizationV1'])
  expect(supported.length).toBeGreaterThan(80)
})
