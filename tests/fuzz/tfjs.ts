import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TfjsFile, tfjsToOnnx } from '@pixelrow/export/tfjs'
import fc, { type Arbitrary } from 'fast-check'
import { type Frame, type Member, zipOf } from '../../packages/files/test/writer.ts'
import { answered, type Format, Wrong } from './format.ts'
import { type Damage, damaged, damages, odd, rarely, sameBytes } from './lies.ts'

/** A model of two layers in files, and what is untrue of them. */
interface TfjsCase {
  specs: { shape?: unknown; dtype?: unknown; name?: unknown; quantization?: unknown }[]
  paths: unknown[] | undefined
  topology: { units?: unknown; input?: unknown; layers?: number }
  /** Bytes more or fewer in each shard. */
  sizes: [number, number]
  place: 'files' | 'folder' | 'zip'
  members: Partial<Member>[]
  frame: Frame
  damages: Damage[]
}

const shards = ['a.bin', 'b.bin'] as const
const weights = [
  { name: 'dense/kernel', shape: [4, 3], dtype: 'float32' },
  { name: 'dense/bias', shape: [3], dtype: 'float32' },
]

const path = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...shards) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      '../a.bin',
      '/etc/passwd',
      'http://a/b',
      'ht\ntp://a/b',
      ' http://a',
      'a\0b',
      '',
      '.',
      'x/',
      '..',
      'C:\\a',
      'a.bin/b',
      '%2e%2e/a',
      'x'.repeat(5000),
      'model.json',
      null,
      1,
      {},
      ['a.bin'],
      '__proto__',
    ),
  },
)
const size = fc.constantFrom<unknown>(0, 1, 3, 4, -1, 0.5, 1e9, 2 ** 31, 2 ** 40, 2 ** 53 - 1, 2 ** 53, '3', null)
const spec = fc.record(
  {
    shape: fc.oneof(fc.array(size, { maxLength: 5 }), fc.constantFrom<unknown>(null, 'x', {}, new Array(1000).fill(1))),
    dtype: fc.constantFrom<unknown>(
      'int32',
      'bool',
      'string',
      'complex64',
      'float16',
      'uint8',
      'toString',
      '__proto__',
      'x'.repeat(400),
      null,
    ),
    name: fc.constantFrom<unknown>('dense/bias', '__proto__', 'constructor', '', 'x'.repeat(1000), null, 7),
    quantization: fc.record(
      {
        dtype: fc.constantFrom<unknown>('uint8', 'uint16', 'float16', null),
        scale: fc.constantFrom<unknown>(1, 1e300, null),
        min: fc.constantFrom<unknown>(0, -1e300, 'x'),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
)
const topology = fc.record(
  {
    units: fc.oneof(odd(32) as Arbitrary<unknown>, size),
    input: fc.oneof(fc.array(size, { maxLength: 5 }) as Arbitrary<unknown>, size),
    layers: fc.constantFrom(0, 2, 3, 500),
  },
  { requiredKeys: [] },
)
const member: Arbitrary<Partial<Member>> = fc.record(
  {
    central: fc.record({ size: odd(32), packedSize: odd(32), crc: odd(32), method: odd(16) }, { requiredKeys: [] }),
    offset: odd(32),
    flags: odd(16),
  },
  { requiredKeys: [] },
)

function files({ specs, paths, topology, sizes }: TfjsCase): TfjsFile[] {
  const { units = 3, input = [null, 4], layers = 1 } = topology
  const dense = (name: string, config = {}) => ({
    class_name: 'Dense',
    config: { name, units, activation: 'softmax', ...config },
  })
  const list = Array.from({ length: layers }, (_, i) =>
    i === 0 ? dense('dense', { batch_input_shape: input }) : dense(`dense_${i}`),
  )
  const model = {
    format: 'layers-model',
    modelTopology: {
      model_config: { class_name: 'Sequential', config: { name: 's', layers: list } },
      keras_version: 'tfjs-layers 4.22.0',
    },
    weightsManifest: [{ paths: paths ?? [...shards], weights: weights.map((each, i) => ({ ...each, ...specs[i] })) }],
  }
  const bytes = new Uint8Array(Float32Array.from({ length: 15 }, (_, i) => i / 10 - 0.7).buffer)
  const parts = [bytes.subarray(0, 32), bytes.subarray(32)]
  return [
    { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(model)) },
    ...shards.map((name, i) => {
      const part = parts[i]!
      const whole = new Uint8Array(Math.max(0, part.length + sizes[i]!))
      whole.set(part.subarray(0, whole.length))
      return { name, bytes: whole }
    }),
  ]
}

const inZip = (it: TfjsCase) =>
  damaged(
    zipOf(
      files(it).map(({ name, bytes }, i) => ({ name, data: bytes, ...it.members[i] })),
      it.frame,
    ),
    it.damages,
  )

function isHonest(it: TfjsCase): boolean {
  const lies = [...it.specs, it.topology].flatMap((each) => Object.keys(each))
  const isFramed =
    it.place !== 'zip' ||
    (it.damages.length + it.members.flatMap((each) => Object.keys(each)).length === 0 &&
      Object.keys(it.frame.end ?? {}).length === 0)
  return lies.length === 0 && it.paths === undefined && it.sizes.every((size) => size === 0) && isFramed
}

function written(it: TfjsCase, folder: string): string {
  for (const { name, bytes } of files(it)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  mkdirSync(join(folder, 'x'), { recursive: true })
  return folder
}

let right: Promise<Uint8Array> | undefined

/** What a model with nothing wrong is converted to. */
const whole = () => {
  right ??= tfjsToOnnx(
    files({
      specs: [],
      paths: undefined,
      topology: {},
      sizes: [0, 0],
      place: 'files',
      members: [],
      frame: {},
      damages: [],
    }),
  )
  return right
}

/** model.json of TensorFlow.js with its shards: paths that lead elsewhere or repeat, shapes, types and sizes that lie, in files, folders and zips. */
export const tfjs: Format<TfjsCase> = {
  cases: fc.record({
    specs: rarely(fc.array(spec, { maxLength: 2 })).map((it) => it ?? []),
    paths: rarely(fc.oneof(fc.array(path, { maxLength: 4 }), fc.constant<unknown[]>(new Array(100_000).fill('a.bin')))),
    topology: rarely(topology).map((it) => it ?? {}),
    sizes: rarely(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }))).map((it) => it ?? [0, 0]),
    place: fc.constantFrom('files', 'folder', 'zip'),
    members: rarely(fc.array(member, { maxLength: 3 })).map((it) => it ?? []),
    frame: rarely(
      fc.record({ end: fc.record({ count: odd(16), offset: odd(32), size: odd(32) }, { requiredKeys: [] }) }),
    ).map((it) => it ?? {}),
    damages,
  }),
  bytes: inZip,
  async read(it, file, folder) {
    const source = it.place === 'zip' ? file : it.place === 'folder' ? written(it, folder) : files(it)
    const isRead = await answered(async () => {
      const found = await tfjsToOnnx(source)
      if (isHonest(it) && !sameBytes(found, await whole())) throw new Wrong('another model')
    })
    if (isHonest(it) && !isRead) throw new Wrong('a whole model is refused')
  },
  memory: { most: 128e6, perByte: 2000 },
}
