import { ExportError, tfjsToOnnx } from '@pixelrow/export/tfjs'
import { describe, expect, test } from 'vitest'
import { runOnnx } from './tfjsruntime.ts'

type Fields = Record<string, unknown>
type Layer = [className: string, config: Fields, kwargs?: Fields]
type Weights = [name: string, shape: number[], values: number[]][]

/** A model of layers one behind the other as a version of Keras writes it; without one, as nobody does. */
function filesOf(keras: string | undefined, shape: number[], layers: Layer[], weights: Weights = []) {
  const policy = { class_name: 'DTypePolicy', config: { name: 'float32' } }
  const entries = [
    ['InputLayer', { name: 'input', batch_shape: [null, ...shape], dtype: 'float32' }] as Layer,
    ...layers,
  ]
  const model_config = {
    class_name: 'Functional',
    config: {
      name: 'net',
      layers: entries.map(([class_name, config, kwargs = {}], at) => {
        const before = { class_name: '__keras_tensor__', config: { keras_history: [`layer_${at - 1}`, 0, 0] } }
        const name = at === 0 ? 'input' : `layer_${at}`
        const inbound = at === 1 ? { ...before, config: { keras_history: ['input', 0, 0] } } : before
        const nodes = at === 0 ? [] : [{ args: [inbound], kwargs }]
        return { class_name, name, config: { dtype: policy, trainable: true, ...config, name }, inbound_nodes: nodes }
      }),
      input_layers: [['input', 0, 0]],
      output_layers: [[`layer_${layers.length}`, 0, 0]],
    },
  }
  const manifest = [
    { paths: ['w.bin'], weights: weights.map(([name, dims]) => ({ name, shape: dims, dtype: 'float32' })) },
  ]
  const json = { modelTopology: { ...(keras && { keras_version: keras }), model_config }, weightsManifest: manifest }
  const values = Float32Array.from(weights.flatMap(([, , numbers]) => numbers))
  return [
    { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(json)) },
    { name: 'w.bin', bytes: new Uint8Array(values.buffer) },
  ]
}

const x = [-2, -1, 1, 2]

async function answer(
  files: ReturnType<typeof filesOf>,
  dims = [1, 4],
  data: readonly number[] = x,
): Promise<number[]> {
  const bytes = await tfjsToOnnx(files)
  const found = await runOnnx(bytes, { input: { dims, data: Float32Array.from(data) } })
  return Object.values(found)[0]!.data
}

describe('where versions differ, the one that wrote the file is right', () => {
  const layers: Layer[] = [['Activation', { activation: 'hard_sigmoid' }]]

  test.each([
    ['3.4.1', [1 / 6, 1 / 3, 2 / 3, 5 / 6]],
    ['2.9.0', [0.1, 0.3, 0.7, 0.9]],
    ['2.2.4-tf', [0.1, 0.3, 0.7, 0.9]],
    ['tfjs-layers 4.22.0', [0.1, 0.3, 0.7, 0.9]],
  ])('hard_sigmoid of %s', async (version, expected) => {
    const found = await answer(filesOf(version, [4], layers))
    for (const [at, value] of found.entries()) expect(value).toBeCloseTo(expected[at]!, 6)
  })

  test.each<[string, number[], Layer]>([
    ['hard_sigmoid', [4], layers[0]!],
    ['bilinear upsampling', [2, 2, 1], ['UpSampling2D', { size: [2, 2], interpolation: 'bilinear' }]],
    ['Resizing', [2, 2, 1], ['Resizing', { height: 4, width: 4 }]],
    ['CenterCrop', [4, 4, 1], ['CenterCrop', { height: 2, width: 2 }]],
    ['negative_slope', [4], ['ReLU', { negative_slope: 0.1 }]],
  ])('a file that does not say who wrote it is refused for %s', async (what, shape, layer) => {
    const converted = tfjsToOnnx(filesOf(undefined, shape, [layer]))
    await expect(converted).rejects.toThrow(`${what} is not the same in Keras 2, Keras 3 and tfjs`)
    await expect(converted).rejects.toMatchObject({ code: 'EXPORT_UNSUPPORTED' })
  })

  test('and converts where it does not matter', async () => {
    expect(await answer(filesOf(undefined, [4], [['ReLU', { max_value: 1.5 }]]))).toEqual([0, 0, 1, 1.5])
  })
})

describe('a field of a configuration that nothing here reads is refused by its name', () => {
  test.each<[string, Layer, unknown]>([
    ['one that no version has yet', ['Dense', { units: 4, sharpness: 2 }], 2],
    ['one that changes everything', ['Dense', { units: 4, lora_rank: 4 }], 4],
  ])('%s', async (_, layer, found) => {
    const field = Object.keys(layer[1]).at(-1)!
    const files = filesOf(
      '3.15.1',
      [4],
      [layer],
      [
        ['layers/dense/vars/0', [4, 4], new Array(16).fill(1)],
        ['layers/dense/vars/1', [4], [0, 0, 0, 0]],
      ],
    )
    const converted = tfjsToOnnx(files)
    await expect(converted).rejects.toThrow(
      `(Dense) at layers[1]: ${field} is ${JSON.stringify(found)}, a field of its configuration`,
    )
    await expect(converted).rejects.toMatchObject({ code: 'EXPORT_CONFIG_UNREAD', params: { field, found } })
  })

  test('in a layer inside a TimeDistributed', async () => {
    const layer = { class_name: 'Activation', config: { name: 'inner', activation: 'relu', sharpness: 2 } }
    const converted = tfjsToOnnx(filesOf('3.15.1', [4, 1], [['TimeDistributed', { layer }]]))
    await expect(converted).rejects.toThrow('sharpness is 2, a field of its configuration')
  })

  test('what has no effect on a trained layer, or says nothing, is no reason', async () => {
    const neutral = {
      kernel_initializer: { class_name: 'Zeros' },
      bias_regularizer: { l2: 1 },
      quantization_config: null,
      activity_regularizer: null,
      gamma_constraint: { class_name: 'NonNeg' },
      seed: 3,
      later: [],
    }
    expect(await answer(filesOf('3.15.1', [4], [['ReLU', neutral]]))).toEqual([0, 0, 1, 2])
  })
})

describe('what would be computed otherwise is refused by its name', () => {
  test.each<[string, number[], Layer[], RegExp]>([
    [
      'a call that trains',
      [4],
      [['Dropout', { rate: 0.5 }, { training: true }]],
      /it is called with training: true, an argument/,
    ],
    ['a mask in a call', [4], [['ReLU', {}, { mask: [1] }]], /it is called with mask: \[1\]/],
    [
      'numbers of another type',
      [4],
      [['ReLU', { dtype: 'float16' }]],
      /dtype is "float16"; expected float32, mixed_float16/,
    ],
    [
      'a policy of another type',
      [4],
      [['ReLU', { dtype: { class_name: 'DTypePolicy', config: { name: 'float64' } } }]],
      /dtype is /,
    ],
    [
      'a mean behind a mask',
      [4, 2],
      [
        ['Masking', { mask_value: 0 }],
        ['GlobalAveragePooling1D', {}],
      ],
      /a mean behind a mask/,
    ],
    [
      'an activation with a configuration',
      [4],
      [['Activation', { activation: { class_name: 'Softmax', config: { axis: 1 } } }]],
      /activation \{.*is not supported/,
    ],
    [
      'a normalisation by the root mean square',
      [4],
      [['LayerNormalization', { rms_scaling: true, center: false, scale: false }]],
      /rms_scaling is true/,
    ],
    [
      'an image in a frame',
      [4, 4, 1],
      [['Resizing', { height: 2, width: 3, pad_to_aspect_ratio: true }]],
      /pad_to_aspect_ratio is true/,
    ],
  ])('%s', async (_, shape, layers, message) => {
    const converted = tfjsToOnnx(filesOf('3.15.1', shape, layers))
    await expect(converted).rejects.toThrow(message)
    await expect(converted).rejects.toBeInstanceOf(ExportError)
  })

  test('an input of sparse tensors', async () => {
    const [json, weights] = filesOf('3.15.1', [4], [['ReLU', {}]])
    const text = new TextDecoder().decode(json!.bytes).replace('"batch_shape"', '"sparse":true,"batch_shape"')
    const bytes = new TextEncoder().encode(text)
    await expect(tfjsToOnnx([{ name: 'model.json', bytes }, weights!])).rejects.toThrow(
      /\(InputLayer\).*sparse is true/,
    )
  })

  test('Keras 3 calls layers that prepare images as if it trained, and predicts without', async () => {
    const flip: Layer = ['RandomFlip', { mode: 'horizontal' }, { training: true }]
    expect(await answer(filesOf('3.15.1', [2, 2, 1], [flip]), [1, 2, 2, 1])).toEqual(x)
    await expect(tfjsToOnnx(filesOf('2.15.0', [2, 2, 1], [flip]))).rejects.toThrow(/called with training: true/)
  })
})

test('a .keras file’s weights belong to layers by their place among those of their class, whatever they are called', async () => {
  const dense: Layer = ['Dense', { units: 1, use_bias: false }]
  const [one, two] = [[1, 2, 3, 4], [10]]
  const weights: Weights = [
    ['layers/dense/vars/0', [4, 1], one],
    ['layers/dense_1/vars/0', [1, 1], two],
  ]
  const files = filesOf('3.15.1', [4], [dense, dense], weights)
  expect(await answer(files)).toEqual([10 * x.reduce((sum, value, at) => sum + value * one[at]!, 0)])
  const lacking = tfjsToOnnx(filesOf('3.15.1', [4], [dense, dense], weights.slice(0, 1)))
  await expect(lacking).rejects.toThrow('the weights lack layer_2/kernel')
})
