import { ExportError, tfjsToOnnx } from '@pixelrow/export/tfjs'
import { read } from '@pixelrow/onnx'
import { describe, expect, test } from 'vitest'
import { filesOf, savedArtifacts } from './tfjsfiles.ts'
import { compare, countOf, feedsFor, layers, tf, trained } from './tfjsruntime.ts'

const { layers: l } = layers

/** Feeds by the names that a model's inputs have. */
function feedsOf(model: layers.LayersModel, batch = 2) {
  return feedsFor(
    Object.fromEntries(model.inputNames.map((name, at) => [name, model.inputs[at]!.shape.slice(1) as number[]])),
    batch,
  )
}

async function agrees(model: layers.LayersModel, bound = 1e-5) {
  const feeds = feedsOf(trained(model))
  const result = await compare(model, feeds)
  expect(result.worst).toBeLessThan(bound)
  const { inputs } = read(result.bytes).graph
  expect(inputs.map(({ name }) => name)).toEqual(model.inputNames)
  expect(inputs.map(({ type }) => type.dims![0])).toEqual(inputs.map(() => 'N'))
  expect(result.names).toEqual(model.outputNames)
  return result
}

function convolutional(): layers.Sequential {
  return layers.sequential({
    layers: [
      l.conv2d({ inputShape: [12, 12, 3], filters: 4, kernelSize: 3, activation: 'relu' }),
      l.batchNormalization(),
      l.maxPooling2d({ poolSize: 2 }),
      l.dropout({ rate: 0.5 }),
      l.conv2d({ filters: 6, kernelSize: 3, padding: 'same', activation: 'swish' }),
      l.flatten(),
      l.dense({ units: 8, activation: 'relu' }),
      l.dense({ units: 5, activation: 'softmax' }),
    ],
  })
}

describe('as few transposes as possible', () => {
  test('a convolutional network has one, at its input, and none before its dense layers', async () => {
    const { bytes } = await agrees(convolutional())
    expect(countOf(bytes, 'Transpose')).toBe(1)
    expect(read(bytes).graph.nodes[0]!.opType).toBe('Transpose')
  })

  test('one channel, planar pixels and single pixels need none', async () => {
    const grey = layers.sequential({
      layers: [l.conv2d({ inputShape: [9, 9, 1], filters: 4, kernelSize: 3 }), l.flatten(), l.dense({ units: 3 })],
    })
    const planar = layers.sequential({
      layers: [
        l.conv2d({ inputShape: [2, 9, 9], filters: 4, kernelSize: 3, dataFormat: 'channelsFirst' }),
        l.maxPooling2d({ poolSize: 2, strides: 2, dataFormat: 'channelsFirst' }),
        l.flatten(),
        l.dense({ units: 3 }),
      ],
    })
    for (const model of [grey, planar]) expect(countOf((await agrees(model)).bytes, 'Transpose')).toBe(0)
  })

  test('branches, sums and gates stay channels first', async () => {
    const input = layers.input({ shape: [8, 8, 3] })
    const start = l.conv2d({ filters: 4, kernelSize: 3, padding: 'same' }).apply(input) as layers.SymbolicTensor
    const pooled = l.globalAveragePooling2d({} as never).apply(start) as layers.SymbolicTensor
    const wide = l.reshape({ targetShape: [1, 1, 4] }).apply(pooled)
    const gate = l.conv2d({ filters: 4, kernelSize: 1, activation: 'sigmoid' }).apply(wide) as layers.SymbolicTensor
    const gated = l.multiply().apply([start, gate]) as layers.SymbolicTensor
    const sum = l.add().apply([gated, start]) as layers.SymbolicTensor
    const joined = l.concatenate().apply([sum, start]) as layers.SymbolicTensor
    const output = l.dense({ units: 3 }).apply(l.globalMaxPooling2d({} as never).apply(joined)) as layers.SymbolicTensor
    const { bytes } = await agrees(layers.model({ inputs: input, outputs: output }))
    expect(countOf(bytes, 'Transpose')).toBe(1)
  })

  test('a dense layer of an image is a convolution, and the image goes back once', async () => {
    const model = layers.sequential({
      layers: [
        l.conv2d({ inputShape: [5, 6, 2], filters: 3, kernelSize: 2 }),
        l.dense({ units: 4, activation: 'relu' }),
      ],
    })
    expect(countOf((await agrees(model)).bytes, 'Transpose')).toBe(2)
  })
})

describe('structures', () => {
  test('models inside models, three deep, one of them twice', async () => {
    const inner = layers.sequential({
      name: 'inner',
      layers: [l.dense({ inputShape: [6], units: 6, activation: 'tanh' })],
    })
    const middleInput = layers.input({ shape: [6] })
    const once = inner.apply(middleInput) as layers.SymbolicTensor
    const twice = inner.apply(once) as layers.SymbolicTensor
    const middle = layers.model({
      inputs: middleInput,
      outputs: l.add().apply([once, twice]) as layers.SymbolicTensor,
      name: 'middle',
    })
    const input = layers.input({ shape: [6] })
    const first = middle.apply(input) as layers.SymbolicTensor
    const second = middle.apply(l.dense({ units: 6 }).apply(first)) as layers.SymbolicTensor
    const model = layers.model({ inputs: input, outputs: l.dense({ units: 2 }).apply(second) as layers.SymbolicTensor })
    const { bytes } = await agrees(model)
    const names = read(bytes).graph.nodes.map(({ name }) => name)
    expect(names).toContain(`middle/inner/${inner.layers[0]!.name}/Gemm`)
  })

  test('a sequential model of sequential models, as Teachable Machine builds them', async () => {
    const features = layers.sequential({ layers: [convolutional(), l.dense({ units: 7 })] })
    const head = layers.sequential({ layers: [l.dense({ inputShape: [7], units: 4, activation: 'softmax' })] })
    const model = layers.sequential({ layers: [features, head] })
    await agrees(model)
    await agrees(layers.sequential({ layers: [convolutional()] }))
  })

  test('several inputs and outputs, an input that goes out, and a layer used twice', async () => {
    const [a, b] = [layers.input({ shape: [4], name: 'a' }), layers.input({ shape: [4], name: 'b' })]
    const shared = l.dense({ units: 4, name: 'shared' })
    const [x, y] = [shared.apply(a), shared.apply(b)] as layers.SymbolicTensor[]
    const sum = l.add({ name: 'sum' }).apply([x!, y!]) as layers.SymbolicTensor
    const model = layers.model({
      inputs: [a, b],
      outputs: [
        sum,
        x!,
        l.flatten({ name: 'copy' }).apply(l.reshape({ targetShape: [2, 2] }).apply(b)) as layers.SymbolicTensor,
      ],
    })
    const { bytes } = await agrees(model)
    expect(read(bytes).graph.initializers.filter(({ dims }) => dims.join() === '4,4').length).toBeGreaterThan(0)
  })

  test('rows and columns that only a run decides', async () => {
    const model = trained(
      layers.sequential({
        layers: [
          l.conv2d({
            inputShape: [null, null, 3] as unknown as number[],
            filters: 4,
            kernelSize: 3,
            strides: 2,
            padding: 'same',
          }),
          l.upSampling2d({ size: [2, 2] }),
          l.globalAveragePooling2d({} as never),
          l.dense({ units: 3 }),
        ],
      }),
    )
    for (const side of [8, 11]) {
      const { worst, bytes } = await compare(model, feedsFor({ [model.inputNames[0]!]: [side, side, 3] }, 2))
      expect(worst).toBeLessThan(1e-5)
      expect(read(bytes).graph.inputs[0]!.type.dims).toEqual(['N', 'd0_1', 'd0_2', 3])
    }
    const fixed = await tfjsToOnnx(model, { inputShapes: { [model.inputNames[0]!]: [null, 8, 8, 3] } })
    expect(read(fixed).graph.inputs[0]!.type.dims).toEqual(['N', 8, 8, 3])
  })

  test('batch normalisation along rows, which tfjs’ CPU backend gets wrong, is that of the moved image', async () => {
    for (const axis of [1, 2]) {
      const build = (layersOf: layers.layers.Layer[]) => trained(layers.sequential({ layers: layersOf }), 3)
      const moved = axis === 1 ? [3, 2, 1] : [1, 3, 2]
      const along = build([l.batchNormalization({ inputShape: [4, 5, 6], axis })])
      const reference = build([
        l.permute({ inputShape: [4, 5, 6], dims: moved }),
        l.batchNormalization({ axis: -1 }),
        l.permute({ dims: moved }),
      ])
      const feeds = feedsFor({ x: [4, 5, 6] }, 2)
      const named = { [along.inputNames[0]!]: feeds.x! }
      const predict = (x: tf.Tensor) => reference.predict(x)
      expect((await compare({ save: along.save.bind(along), predict } as never, named)).worst).toBeLessThan(1e-5)
    }
  })
})

describe('what is refused, by name, type and position', () => {
  const refused: [string, () => layers.LayersModel, RegExp][] = [
    [
      'a recurrent layer',
      () =>
        layers.sequential({
          layers: [
            l.dense({ inputShape: [4, 3], units: 3 }),
            l.lstm({ units: 2, name: 'memory', recurrentInitializer: 'zeros' }),
          ],
        }),
      /Layer "memory" \(LSTM\) at layers\[1\]: this type of layer is not supported/,
    ],
    [
      'one inside a model inside',
      () => {
        const inner = layers.sequential({
          name: 'inner',
          layers: [l.gru({ inputShape: [4, 3], units: 2, name: 'gate', recurrentInitializer: 'zeros' })],
        })
        return layers.sequential({ layers: [inner, l.dense({ units: 2 })] })
      },
      /Layer "gate" \(GRU\) at layers\[0\]\.layers\[0\]: this type/,
    ],
    [
      'windows of three dimensions smaller than their stride',
      () =>
        layers.sequential({
          layers: [
            l.maxPooling3d({ inputShape: [4, 4, 4, 1], poolSize: 1, strides: 2, padding: 'same', name: 'gaps' }),
          ],
        }),
      /Layer "gaps" \(MaxPooling3D\) at layers\[0\]: its strides \[2,2,2\] go beyond its window/,
    ],
    [
      'a depthwise convolution with gaps, which tfjs computes without them',
      () =>
        layers.sequential({
          layers: [l.depthwiseConv2d({ inputShape: [8, 8, 2], kernelSize: 3, dilationRate: 2, name: 'wide' })],
        }),
      /Layer "wide" \(DepthwiseConv2D\) at layers\[0\]: dilation_rate is \[2,2\], which tfjs reads over, so that tfjs and Keras differ; expected 1\./,
    ],
    [
      'a Softmax behind a mask',
      () => layers.sequential({ layers: [l.masking({ inputShape: [4, 3] }), l.softmax({ axis: -1, name: 'late' })] }),
      /Layer "late" \(Softmax\).*behind a mask/,
    ],
  ]
  test.each(refused)('%s', async (_, build, message) => {
    const converted = tfjsToOnnx(build())
    await expect(converted).rejects.toThrow(message)
    await expect(converted).rejects.toThrow(ExportError)
  })
})

// Fields that tfjs reads over, in files that say that tfjs wrote them: there is nobody whose numbers would be right.
test.each<[string, () => layers.layers.Layer, object, string]>([
  ['ReLU', () => l.reLU({}), { negative_slope: 0.1 }, 'negative_slope is 0.1'],
  ['ReLU', () => l.reLU({}), { threshold: 1 }, 'threshold is 1'],
  [
    'Conv2DTranspose',
    () => l.conv2dTranspose({ filters: 2, kernelSize: 2 }),
    { output_padding: [1, 1] },
    'output_padding is [1,1]',
  ],
  [
    'Conv2DTranspose',
    () => l.conv2dTranspose({ filters: 2, kernelSize: 2 }),
    { dilation_rate: [2, 2] },
    'dilation_rate is [2,2]',
  ],
])('a %s of tfjs with a field that it reads over is refused: %o', async (type, build, fields, found) => {
  const model = layers.sequential({ layers: [l.activation({ activation: 'linear', inputShape: [4, 4, 2] }), build()] })
  const [file, ...weights] = await filesOf(model)
  const json = JSON.parse(new TextDecoder().decode(file!.bytes))
  Object.assign(json.modelTopology.config.layers[1].config, fields)
  const bytes = new TextEncoder().encode(JSON.stringify(json))
  await expect(tfjsToOnnx([{ name: 'model.json', bytes }, ...weights])).rejects.toThrow(
    new RegExp(`\\(${type}\\) at layers\\[1\\]: ${found.replace(/[[\]]/g, '\\$&')}, which tfjs reads over`),
  )
})

test('equal models give equal bytes', async () => {
  const model = trained(convolutional())
  expect(await tfjsToOnnx(model)).toEqual(await tfjsToOnnx(model))
  tf.dispose(model.getWeights())
})

test('Keras 3’s way to write calls, shapes and weights’ names', async () => {
  const input = layers.input({ shape: [6, 6, 2], name: 'image' })
  const conv = l.conv2d({ filters: 3, kernelSize: 3, name: 'conv' }).apply(input) as layers.SymbolicTensor
  const copy = l.activation({ activation: 'relu', name: 'relu' }).apply(conv) as layers.SymbolicTensor
  const output = l.add({ name: 'sum' }).apply([conv, copy]) as layers.SymbolicTensor
  const model = trained(layers.model({ inputs: input, outputs: output }))
  const { modelTopology, weightSpecs, weightData } = await savedArtifacts(model)
  const { config } = modelTopology as {
    config: { layers: { config: Record<string, unknown>; inbound_nodes: unknown[] }[] }
  }
  for (const layer of config.layers) {
    const { batch_input_shape: shape, ...rest } = layer.config
    layer.config = shape ? { ...rest, batch_shape: shape } : rest
    const keras = (ref: unknown) => ({
      class_name: '__keras_tensor__',
      config: { shape: [], dtype: 'float32', keras_history: (ref as unknown[]).slice(0, 3) },
    })
    layer.inbound_nodes = (layer.inbound_nodes as unknown[][]).map((refs) => ({
      args: refs.length > 1 ? [refs.map(keras)] : refs.map(keras),
      kwargs: {},
    }))
  }
  const weights = weightSpecs!.map((spec, at) => ({ ...spec, name: `layers/conv2d/vars/${at}` }))
  const json = { modelTopology, weightsManifest: [{ paths: ['weights.bin'], weights }] }
  const files = [
    { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(json)) },
    { name: 'weights.bin', bytes: new Uint8Array(weightData as ArrayBuffer) },
  ]
  expect(await tfjsToOnnx(files)).toEqual(await tfjsToOnnx(model))
})
