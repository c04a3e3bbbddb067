import { readTable } from '@pixelrow/data'
import fc, { type Arbitrary } from 'fast-check'
import { zipOf } from '../../packages/files/test/writer.ts'
import { answered, type Format, Wrong } from './format.ts'
import { ascii, type Damage, damaged, damages, joined, odd, rarely } from './lies.ts'

/** How the elements of an array are written; their numbers are whole, 0..100, as far as they are told. */
const writers = {
  u1: (view: DataView, at: number, value: number) => view.setUint8(at, value),
  i1: (view: DataView, at: number, value: number) => view.setInt8(at, value),
  u2: (view: DataView, at: number, value: number, little: boolean) => view.setUint16(at, value, little),
  i4: (view: DataView, at: number, value: number, little: boolean) => view.setInt32(at, value, little),
  i8: (view: DataView, at: number, value: number, little: boolean) => view.setBigInt64(at, BigInt(value), little),
  f4: (view: DataView, at: number, value: number, little: boolean) => view.setFloat32(at, value, little),
  f8: (view: DataView, at: number, value: number, little: boolean) => view.setFloat64(at, value, little),
} as const

/** An array with what is untrue of it. */
interface ArrayCase {
  type: keyof typeof writers
  little: boolean
  fortran: boolean
  dims: number[]
  /** Floats are standardised and no whole numbers. */
  scaled: boolean
  /** What the header says instead. */
  lies: { version?: number; length?: number; descr?: string; dims?: number[]; text?: string }
  damages: Damage[]
}

const types = ['|O', '<U3', '|S4', '<c8', '<f16', '[("a", "<f4")]', '', 'u1', '<u999999999999', "<f4', 'x': '"]
const arrays: Arbitrary<ArrayCase> = fc.record({
  type: fc.constantFrom(...(Object.keys(writers) as (keyof typeof writers)[])),
  little: fc.boolean(),
  fortran: fc.boolean(),
  dims: fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })) },
    { weight: 1, arbitrary: fc.tuple(fc.nat(5), fc.constantFrom(4, 9, 12)) },
    { weight: 1, arbitrary: fc.array(fc.nat(4), { maxLength: 6 }) },
  ),
  scaled: fc.boolean(),
  lies: rarely(
    fc.record(
      {
        version: odd(8),
        length: odd(16),
        descr: fc.constantFrom(...types),
        dims: fc.array(fc.oneof(odd(32), fc.constantFrom(2 ** 40, 1e21)), { maxLength: 7 }),
        text: fc.constantFrom('', '{', "{'descr': '|u1'}", '('.repeat(60_000), "{'shape': (1,".repeat(2000)),
      },
      { requiredKeys: [] },
    ),
  ).map((it) => it ?? {}),
  damages,
})

const numberAt = ({ type, scaled }: ArrayCase, at: number) =>
  scaled && type.startsWith('f') ? ((at * 37) % 101) / 50 - 1 : (at * 37) % 101

/** The array in the order of its file, and the place of each element in the order of its rows. */
function plain(it: ArrayCase): Uint8Array {
  const { type, little, fortran, dims, lies } = it
  const count = dims.reduce((all, dim) => all * dim, 1)
  const size = Number(type[1])
  const data = new Uint8Array(count * size)
  const view = new DataView(data.buffer)
  for (let at = 0; at < count; at++) writers[type](view, placeOf(at, dims, fortran) * size, numberAt(it, at), little)
  const descr = lies.descr ?? `${size === 1 ? '|' : little ? '<' : '>'}${type}`
  const said = lies.dims ?? dims
  const shape = said.length === 1 ? `(${said[0]},)` : `(${said.join(', ')})`
  const text = lies.text ?? `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`
  const header = ascii(`${text.padEnd(117)}\n`)
  const [length, version] = [lies.length ?? header.length, lies.version ?? 1]
  return joined(Uint8Array.of(0x93, ...ascii('NUMPY'), version, 0, length & 255, (length >> 8) & 255), header, data)
}

/** Where an element stands in a file whose first dimension varies fastest, or its last. */
function placeOf(at: number, dims: readonly number[], fortran: boolean): number {
  if (!fortran) return at
  let [place, rest] = [0, at]
  const steps = dims.map((_, axis) => dims.slice(0, axis).reduce((all, dim) => all * dim, 1))
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    place += (rest % dims[axis]!) * steps[axis]!
    rest = Math.floor(rest / dims[axis]!)
  }
  return place
}

const isWhole = ({ dims, lies, damages }: ArrayCase) =>
  dims.length === 3 && !dims.includes(0) && damages.length === 0 && Object.keys(lies).length === 0

function requireValues(it: ArrayCase, pixels: ArrayLike<number>): void {
  for (let at = 0; at < pixels.length; at++) {
    if (pixels[at] !== Math.fround(numberAt(it, at))) throw new Wrong(`element ${at} is ${pixels[at]}`)
  }
}

/** `.npy`: headers that lie or are no dictionary, types, orders and sizes of every kind. */
export const npy: Format<ArrayCase> = {
  cases: arrays,
  bytes: (it) => damaged(plain(it), it.damages),
  async read(it, file) {
    const isRead = await answered(async () => {
      const { pixels, rows } = await readTable(file)
      if (isWhole(it) && rows !== it.dims[0]) throw new Wrong(`${rows} rows of ${it.dims[0]}`)
      if (isWhole(it)) requireValues(it, pixels)
    })
    if (isWhole(it) && !isRead) throw new Wrong('a whole file is refused')
  },
  memory: { most: 64 << 20, perByte: 64 },
}

/** Arrays in a zip, with its own lies. */
interface NpzCase {
  images: ArrayCase
  labels: ArrayCase
  names: [images: string, labels: string]
  damages: Damage[]
}

/** `.npz`: the same in a zip, with labels of another count, type or name. */
export const npz: Format<NpzCase> = {
  cases: fc.record({
    images: arrays,
    labels: arrays,
    names: fc.constantFrom<[string, string]>(
      ['x_train', 'y_train'],
      ['train_images', 'train_labels'],
      ['arr_0', 'arr_1'],
      ['x', 'x'],
      ['../x', 'y'],
      ['a', 'b'],
    ),
    damages,
  }),
  bytes: ({ images, labels, names, damages: done }) => {
    const members = [images, labels].map((it, place) => ({
      name: `${names[place]}.npy`,
      data: damaged(plain(it), it.damages),
    }))
    return damaged(zipOf(members), done)
  },
  async read({ images, damages: done, names }, file) {
    const known = isWhole(images) && done.length === 0 && names[0] === 'x_train'
    const isRead = await answered(async () => {
      const { pixels } = await readTable(file, { label: false })
      if (known) requireValues(images, pixels)
    })
    if (known && !isRead) throw new Wrong('whole images are refused')
    await answered(async () => {
      const { rows, labels } = await readTable(file)
      if (labels && labels.length !== rows) throw new Wrong(`${labels.length} labels of ${rows} rows`)
    })
  },
  memory: { most: 64 << 20, perByte: 300 },
}
