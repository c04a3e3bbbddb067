import { fromOnnx, meanProbabilities, merge, shiftImages, shiftsOf, toOnnx } from '@pixelrow/export'
import { type Architecture, cnn, type Model, mlp, resnet } from '@pixelrow/model'
import { check, inferShapes, read } from '@pixelrow/onnx'
import { readMetadata } from '@pixelrow/onnx/metadata'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { modelOf, models, pixelsFor } from './models.ts'
import { predict, session } from './runtime.ts'

const source = {
  shape: { height: 10, width: 12, channels: 1, channelOrder: 'interleaved' as const },
  maxValue: 255,
  classes: ['class 0', 'class 1', 'class 2', 'class 3'],
}
const three = [cnn(source), mlp(source), resnet(source)].map((architecture, seed) => modelOf(architecture, seed))

/** What a file says of images. */
async function run(bytes: Uint8Array, { architecture }: Model, pixels: Uint8Array, kind: 'flat' | 'image' = 'flat') {
  const { height, width, channels, channelOrder } = architecture.input.shape
  const size = height * width * channels
  const image = channelOrder === 'planar' ? [channels, height, width] : [height, width, channels]
  const loaded = await session(bytes)
  const result = await predict(loaded, pixels, [pixels.length / size, ...(kind === 'flat' ? [size] : image)])
  await loaded.release()
  return result
}

/** The members run apart on each moved copy, and their mean. */
async function apart(members: readonly Model[], shift: number, pixels: Uint8Array): Promise<Float32Array> {
  const answers: Float32Array[] = []
  for (const model of members) {
    for (const move of shiftsOf(shift)) {
      const moved = shiftImages(pixels, model.architecture.input.shape, move)
      answers.push((await run(toOnnx(model), model, moved)).probabilities)
    }
  }
  return meanProbabilities(answers)
}

test.each([
  [1, 0],
  [1, 2],
  [2, 0],
  [3, 0],
  [3, 1],
])('%i models with a shift of %i answer as the members do apart', async (count, shift) => {
  const members = three.slice(0, count)
  const bytes = merge(members, { shift })
  expect(() => check(read(bytes))).not.toThrow()
  for (const rows of [1, 7]) {
    const pixels = pixelsFor(members[0]!, rows)
    const { probabilities, labels, dims } = await run(bytes, members[0]!, pixels)
    const expected = await apart(members, shift, pixels)
    expect(dims).toEqual([[rows, 4], [rows]])
    const worst = Math.max(...expected.map((value, at) => Math.abs(value - probabilities[at]!)))
    expect(worst).toBeLessThan(1e-6)
    labels.forEach((label, row) => {
      const own = [...probabilities.subarray(4 * row, 4 * row + 4)]
      expect(label).toBe(own.indexOf(Math.max(...own)))
    })
  }
})

test('any shape, range, channels and layers, flat or as an image', async () => {
  await fc.assert(
    fc.asyncProperty(
      models,
      fc.nat(9),
      fc.constantFrom('flat' as const, 'image' as const),
      async (model, seed, input) => {
        const members = [model, modelOf(model.architecture, seed + 2000)]
        const { height, width } = model.architecture.input.shape
        const shift = Math.min(2, Math.floor(Math.min(height, width) / 4))
        const pixels = pixelsFor(model, 3)
        const { probabilities } = await run(merge(members, { shift, input }), model, pixels, input)
        const expected = await apart(members, shift, pixels)
        const worst = Math.max(...expected.map((value, at) => Math.abs(value - probabilities[at]!)))
        expect(worst / Math.max(...expected)).toBeLessThan(1e-5)
      },
    ),
    { numRuns: 15 },
  )
})

test('raw bytes in, boring operators, and the metadata that a classifier wants', () => {
  const bytes = merge(three, { shift: 1 })
  const model = read(bytes)
  expect([model.irVersion, model.opsets]).toEqual([8, { '': 17 }])
  expect(model.graph.inputs).toEqual([{ name: 'pixels', type: { dataType: 'uint8', dims: ['N', 120] } }])
  expect(model.graph.outputs).toEqual([
    { name: 'probabilities', type: { dataType: 'float32', dims: ['N', 4] } },
    { name: 'label', type: { dataType: 'int64', dims: ['N'] } },
  ])
  expect(new Set(model.graph.nodes.map(({ domain }) => domain))).toEqual(new Set(['']))
  expect(() => inferShapes(model)).not.toThrow()
  const metadata = readMetadata(bytes)
  expect(metadata['pixelrow.shift']).toBe('1')
  expect(JSON.parse(metadata['pixelrow.members']!)).toHaveLength(3)
  expect(JSON.parse(metadata['pixelrow.classes']!)).toEqual(source.classes)
  expect('pixelrow.architecture' in metadata).toBe(false)
  expect(merge(three, { shift: 1 })).toEqual(bytes)
  expect(merge(three.toReversed(), { shift: 1 })).not.toEqual(bytes)
})

test('models read back from files of their own merge to the same bytes', () => {
  const again = three.map((model) => fromOnnx(toOnnx(model)))
  expect(merge(again, { shift: 2 })).toEqual(merge(three, { shift: 2 }))
})

test('a merged file is told from a single one', () => {
  expect(() => fromOnnx(merge(three))).toThrow(
    /holds 3 models that answer together; fromOnnx reads one\. Read the files/,
  )
})

test('a moved image keeps what stays inside, zeros come in', () => {
  const shape = { height: 2, width: 3, channels: 2, channelOrder: 'interleaved' as const }
  const pixels = Uint8Array.from({ length: 24 }, (_, i) => i + 1)
  expect([...shiftImages(pixels, shape, [0, 1])].slice(0, 12)).toEqual([0, 0, 1, 2, 3, 4, 0, 0, 7, 8, 9, 10])
  expect([...shiftImages(pixels, shape, [-1, 0])].slice(12)).toEqual([19, 20, 21, 22, 23, 24, 0, 0, 0, 0, 0, 0])
  const planar = { ...shape, channelOrder: 'planar' as const }
  expect([...shiftImages(pixels, planar, [1, -1])].slice(0, 12)).toEqual([0, 0, 0, 2, 3, 0, 0, 0, 0, 8, 9, 0])
  expect(shiftImages(pixels, shape, [2, 0])).toEqual(new Uint8Array(24))
  expect(shiftImages(pixels, shape, [0, -5])).toEqual(new Uint8Array(24))
})

const other = (change: Partial<typeof source>, make: (from: typeof source) => Architecture = mlp) =>
  modelOf(make({ ...source, ...change }))

test.each<[string, Model[], object, RegExp]>([
  ['nothing', [], {}, /There are no models to merge/],
  ['another range', [three[0]!, other({ maxValue: 16 })], {}, /Model 2 answers another question, its images: .*16/],
  [
    'other classes',
    [three[0]!, three[1]!, { ...three[2]!, classes: ['a', 'b', 'c', 'd'] }],
    {},
    /Model 3 answers another question, its classes: \["a","b","c","d"\]; the first one's: \["class 0"/,
  ],
  ['too far', three, { shift: 3 }, /shift is 3: expected at most a quarter of the images' 10×12 pixels/],
  ['half a pixel', three, { shift: 0.5 }, /shift must be a whole number of at least 0; found 0.5/],
])('%s is refused', (_, members, options, message) => {
  expect(() => merge(members, options)).toThrow(message)
})

test('members whose classes stand in another order are put into the first one’s, by their texts', async () => {
  const [first, second] = [three[0]!, three[1]!]
  const order = [2, 0, 3, 1]
  const moved = { ...second, classes: order.map((place) => second.classes[place]!) }
  const bytes = merge([first, moved])
  check(read(bytes))
  const pixels = pixelsFor(first, 9)
  const own = (await run(toOnnx(first), first, pixels)).probabilities
  const others = (await run(toOnnx(moved), moved, pixels)).probabilities
  // Class c of the first model is what the second one calls so, wherever it stands there.
  const ordered = others.map((_, at) => others[4 * Math.floor(at / 4) + moved.classes.indexOf(first.classes[at % 4]!)]!)
  const expected = meanProbabilities([own, ordered])
  const { probabilities } = await run(bytes, first, pixels)
  expect(Math.max(...expected.map((value, at) => Math.abs(value - probabilities[at]!)))).toBeLessThan(1e-6)
  expect(JSON.parse(readMetadata(bytes)['pixelrow.classes']!)).toEqual(first.classes)
})
