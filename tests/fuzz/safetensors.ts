import { fromSafetensors } from '@pixelrow/model'
import fc, { type Arbitrary } from 'fast-check'
import { answered, type Format, Wrong } from './format.ts'
import { type Damage, damaged, damages, joined, odd, rarely } from './lies.ts'

/** One entry of the header as its text has it, so that it may stand there twice. */
interface Entry {
  name: string
  dims: number[]
  lie?: { dtype?: unknown; shape?: unknown; offsets?: unknown; more?: unknown } | undefined
}

/** A file of weights, and what is untrue of it. */
export interface WeightsCase {
  entries: Entry[]
  metadata: Record<string, unknown> | undefined
  /** Of the header: its length, what is put around it, the same key once more. */
  header: { length?: bigint; before?: string; after?: string; again?: boolean; text?: string }
  rest: number
  damages: Damage[]
}

const names = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'layers.0.weight', 'layers.1.bias', 'ä') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '__proto__',
      'constructor',
      'toString',
      '',
      '\0',
      '\x1b[2J',
      'x'.repeat(500),
      '__metadata__',
      '\ud800',
    ),
  },
)
const dims = fc.array(fc.nat(3), { maxLength: 3 })
const anything = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1.5,
    1e300,
    2 ** 53,
    '',
    'F16',
    'f32',
    [],
    {},
    [[]],
    [0, 4],
    [4, 0],
    [-4, 0],
    [0, 2 ** 53],
  ),
  fc.array(fc.constantFrom(0, 1, 2, 4, 8, -1, 2 ** 31, 2 ** 40, 0.5), { maxLength: 4 }),
)
const lie = fc.record({ dtype: anything, shape: anything, offsets: anything, more: anything }, { requiredKeys: [] })
const deep = (text: string) => text.repeat(20_000)
const header: Arbitrary<WeightsCase['header']> = fc.record(
  {
    length: fc.oneof(odd(32).map(BigInt), fc.constantFrom(2n ** 63n, 2n ** 64n - 1n, 100_000_001n, 2n ** 53n)),
    before: fc.constantFrom(' ', '\ufeff', '[', '\n'),
    after: fc.constantFrom(' ', '   ', '\0', 'x', '}', '{}'),
    again: fc.boolean(),
    text: fc.constantFrom(
      '{}',
      '[]',
      'null',
      '{"a":1}',
      `{"a":${deep('[')}`,
      `{"a":${deep('[')}${deep(']')}}`,
      `{${deep('"a":0,')}"b":0}`,
      '{"__metadata__":{}}',
    ),
  },
  { requiredKeys: [] },
)

const product = (list: readonly number[]) => list.reduce((all, dim) => all * dim, 1)

/** The bytes of a file, and whether all of it is true. */
function file({ entries, metadata, header, rest, damages: done }: WeightsCase): Uint8Array {
  let at = 0
  const parts = entries.map(({ name, dims, lie = {} }) => {
    const end = at + 4 * product(dims)
    const { dtype = 'F32', shape = dims, offsets = [at, end], more } = lie
    at = end
    const value = { dtype, shape, data_offsets: offsets, ...(more !== undefined && { more }) }
    return `${JSON.stringify(name)}:${JSON.stringify(value)}`
  })
  if (metadata) parts.unshift(`"__metadata__":${JSON.stringify(metadata)}`)
  if (header.again && parts[0]) parts.push(parts[0])
  const text = header.text ?? `{${parts.join(',')}}`
  const json = new TextEncoder().encode(`${header.before ?? ''}${text}${header.after ?? ''}`)
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, header.length ?? BigInt(json.length), true)
  const data = new Uint8Array(Float32Array.from({ length: Math.ceil((at + rest) / 4) }, (_, i) => i / 8).buffer)
  return damaged(joined(length, json, data.subarray(0, at + rest)), done)
}

function isHonest({ entries, metadata, header, rest, damages }: WeightsCase): boolean {
  const names = entries.map(({ name }) => name)
  return (
    entries.every(({ name, lie }) => lie === undefined && name !== '__metadata__') &&
    new Set(names).size === names.length &&
    Object.values(metadata ?? {}).every((text) => typeof text === 'string') &&
    Object.keys(header).every((key) => key === 'again' && (!header.again || entries.length === 0)) &&
    rest === 0 &&
    damages.length === 0
  )
}

/** Safetensors: lengths, offsets, shapes and types that lie, keys that are there twice or mean something to JavaScript, deep and huge headers. */
export const safetensors: Format<WeightsCase> = {
  cases: fc.record({
    entries: fc.array(fc.record({ name: names, dims, lie: rarely(lie) }), { maxLength: 4 }),
    metadata: fc.option(
      fc.dictionary(
        names,
        fc.oneof({ weight: 9, arbitrary: fc.string() as Arbitrary<unknown> }, { weight: 1, arbitrary: anything }),
        { maxKeys: 3 },
      ),
      { nil: undefined },
    ),
    header: rarely(header).map((it) => it ?? {}),
    rest: rarely(fc.nat(9)).map((it) => it ?? 0),
    damages,
  }),
  bytes: file,
  async read(it, bytes) {
    const isRead = await answered(() => {
      const { weights, metadata } = fromSafetensors(bytes)
      if (it.header.again && it.entries.length > 0 && !it.header.text && it.damages.length === 0)
        throw new Wrong('a key that is there twice is read')
      if (!isHonest(it)) return
      if (JSON.stringify(Object.entries(metadata)) !== JSON.stringify(Object.entries(it.metadata ?? {})))
        throw new Wrong('metadata')
      let at = 0
      for (const { name, dims } of it.entries) {
        const { data } = Object.getOwnPropertyDescriptor(weights, name)?.value ?? {}
        if (data?.length !== product(dims) || data.some((value: number) => value !== at++ / 8)) throw new Wrong(name)
      }
    })
    if (!isRead && isHonest(it)) throw new Wrong('a whole file is refused')
    if (Object.keys(Object.prototype).length > 0) throw new Wrong('a file changed Object.prototype')
  },
  memory: { most: 64e6, perByte: 40 },
}
