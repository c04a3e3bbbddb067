import type { PixelTable } from '@pixelrow/data'
import { random } from '@pixelrow/data'
import { outputShapes, summary } from '@pixelrow/model'
import { fit, memberSeed, oneCycle, recipes } from '@pixelrow/train'
import { expect, test } from 'vitest'

/** A table of a size with a random picture for each class and some noise in each row. */
function tableOf(height: number, width: number, channels: number, classes: number, rowsOfClass: number): PixelTable {
  const [pictures, noise] = [random(1, 1000), random(2, 1000)]
  const size = height * width * channels
  const rows = classes * rowsOfClass
  const labels = Uint16Array.from({ length: rows }, (_, row) => row % classes)
  return {
    rows,
    labels,
    pixels: Uint8Array.from(
      { length: rows * size },
      (_, i) =>
        pictures.below(labels[Math.floor(i / size)]!, i % size, 2) * 150 +
        noise.below(Math.floor(i / size), i % size, 100),
    ),
    classes: Array.from({ length: classes }, (_, k) => `class ${k}`),
    shape: { height, width, channels, channelOrder: 'interleaved' },
    maxValue: 255,
  }
}

/** A table of a size whose pixels nobody looks at. */
function blank(height: number, width: number, channels: number, classes: number, rowsOfClass: number): PixelTable {
  const { pixels: _, ...table } = tableOf(1, 1, 1, classes, rowsOfClass)
  const shape = { height, width, channels, channelOrder: 'interleaved' as const }
  return { ...table, shape, pixels: new Uint8Array() }
}

const names = Object.keys(recipes)

test.each(names)('%s takes any shape from 8×8×1 to 64×64×3 and 2 to 1,000 classes', (name) => {
  for (const side of Array.from({ length: 57 }, (_, k) => k + 8)) {
    for (const [width, channels, classes] of [
      [side, 1, 2],
      [64, 3, 3],
    ] as const) {
      const { architecture, options, notes } = recipes[name]!.prepare(blank(side, width, channels, classes, 20))
      const shapes = outputShapes(architecture)
      expect(shapes.at(-1)).toEqual([classes])
      // What reaches the dense layer is neither nothing nor a picture.
      if (architecture.layers.some(({ type }) => type === 'conv2d' && width === side)) {
        expect(shapes.at(-2)![0]).toBeGreaterThanOrEqual(64)
        expect(shapes.at(-2)![0]).toBeLessThanOrEqual(25 * 192)
      }
      expect(notes).toEqual([])
      expect(options.epochs).toBeGreaterThan(0)
    }
  }
  const many = { ...tableOf(8, 8, 1, 1000, 1), rows: 20_000 }
  expect(outputShapes(recipes[name]!.prepare(many).architecture).at(-1)).toEqual([1000])
})

/** A table of square pictures with stripes as wide as the class says: made in no time, also where it is large. */
function striped(side: number, channels: number, classes: number, rowsOfClass: number): PixelTable {
  const table = blank(side, side, channels, classes, rowsOfClass)
  const size = side * side * channels
  const pixels = new Uint8Array(table.rows * size)
  for (let row = 0, at = 0; row < table.rows; row++)
    for (let i = 0; i < size; i++, at++) pixels[at] = (i * (1 + table.labels![row]!) + 13 * row) & 255
  return { ...table, pixels }
}

const corners = [
  [8, 1, 2, 20],
  [64, 3, 2, 20],
  [8, 1, 1000, 20],
  // Twenty rows of each of these would be a quarter of a gigabyte; what is compiled is the same.
  [64, 3, 1000, 2],
] as const

test.each(names.flatMap((name) => corners.map((corner) => [name, ...corner] as const)))(
  '%s really trains at the corner of %i pixels a side, %i channels and %i classes',
  async (name, side, channels, classes, rowsOfClass) => {
    const table = striped(side, channels, classes, rowsOfClass)
    const { architecture, options } = recipes[name]!.prepare(table)
    const { validation } = recipes[name]!
    const { model, history, steps } = await fit(architecture, table, { ...options, steps: 2, validation, seed: 1 })
    expect(steps).toBe(2)
    // What knows nothing has the logarithm of the number of classes.
    const { trainLoss } = history.at(-1)!
    expect(trainLoss / Math.log(classes)).toBeGreaterThan(0.2)
    expect(trainLoss / Math.log(classes)).toBeLessThan(10)
    for (const { data } of Object.values(model.weights)) expect(data.every(Number.isFinite)).toBe(true)
    expect(model.classes.length).toBe(classes)
    expect(model.weights[`${architecture.layers.length - 1}.bias`]!.dims).toEqual([classes])
  },
)

test('beyond that a sentence says the limit', () => {
  const notes = (table: PixelTable) => recipes.fast.prepare(table).notes
  expect(notes(tableOf(5, 5, 1, 2, 20))).toEqual([
    'Recipes are made for images from 8×8 to 64×64, of 1 to 3 channels; these are 5×5×1, so expect less or wait longer.',
  ])
  expect(notes(tableOf(8, 65, 1, 2, 20))[0]).toContain('these are 8×65×1')
  expect(notes(tableOf(8, 8, 1, 1001, 1))[0]).toContain('up to 1000 classes; here are 1001')
  expect(notes(tableOf(8, 8, 1, 2, 19))).toEqual([
    'Recipes are made for 20 rows a class and more; 2 classes (class 0, …) have fewer, so expect less.',
  ])
})

test('fast is the net of six by six, three by three, three by three', () => {
  const table = { ...tableOf(28, 28, 1, 10, 2), rows: 42_000 }
  const { architecture, options } = recipes.fast.prepare(table)
  expect(outputShapes(architecture).map((shape) => shape.join('×'))).toEqual(
    '16×14×14 16×14×14 32×12×12 32×12×12 32×6×6 64×4×4 64×4×4 64×2×2 256 10'.split(' '),
  )
  expect(summary(architecture).parameters).toBe(592 + 4640 + 18_496 + 2570)
  expect(options).toMatchObject({ epochs: 1.5, batchSize: 128, learningRate: 0.15 })
  expect(options.augment).toBeUndefined()
})

test('pictures are shifted by as much as their size allows, and mirrored only for photos', () => {
  const augment = (side: number, options = {}) =>
    recipes.cnn.prepare(tableOf(side, side, 1, 2, 1), options).options.augment
  expect([8, 16, 28, 32, 64].map((side) => augment(side))).toEqual([1, 1, 2, 2, 5].map((shift) => ({ shift })))
  expect(augment(32, { augment: 'photo' })).toEqual({ shift: 2, flip: true })
  expect(augment(32, { augment: 'none' })).toBeUndefined()
  expect(recipes.fast.prepare(tableOf(32, 32, 3, 2, 1), { augment: 'shift' }).options.augment).toEqual({ shift: 2 })
})

test.each(['fast', 'cnn'])('%s learns from twenty rows a class, epochs counted in steps', async (name) => {
  const table = tableOf(8, 8, 3, 3, 20)
  const { architecture, options } = recipes[name]!.prepare(table)
  expect((options.epochs * table.rows) / options.batchSize).toBeGreaterThanOrEqual(400)
  const { history, steps } = await fit(architecture, table, { ...options, steps: 120, validation: 0.3, seed: 1 })
  expect(steps).toBe(120)
  expect(history.at(-1)!.accuracy).toBe(1)
})

test('members’ seeds depend on the seed and the number alone, and differ', () => {
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8].map((member) => memberSeed(3, member))
  expect(new Set(seeds).size).toBe(8)
  expect(memberSeed(3, 5)).toBe(seeds[4])
  expect(memberSeed(4, 5)).not.toBe(seeds[4])
})

test('a linear cycle rises to 1 and falls to 0 on straight lines', () => {
  const schedule = oneCycle({ warmup: 0.2, start: 0, end: 0, linear: true })
  const course = [0, 1, 2, 6, 10].map((step) => schedule(step, 11))
  for (const [i, value] of [0, 0.5, 1, 0.5, 0].entries()) expect(course[i]).toBeCloseTo(value, 12)
})
