import { gzipSync } from 'node:zlib'
import { readIdx, readTable } from '@pixelrow/data'
import fc from 'fast-check'
import { readTable as readInPage } from '../../packages/data/dist/browser.js'
import { answered, type Format, Wrong } from './format.ts'
import { type Damage, damaged, damages, joined, odd, rarely, sameBytes } from './lies.ts'

/** An IDX file of pictures with its labels, and what is untrue of them. */
interface IdxCase {
  dims: number[]
  /** What the header says instead. */
  lies: { magic?: number; type?: number; rank?: number; dims?: number[]; bytes?: number }
  damages: Damage[]
  /** Packed, and what is wrong with the packed bytes. */
  gzip: Damage[] | undefined
  /** Two gzip files behind one another are one. */
  twice: boolean
  labels: { count: number; damages: Damage[] } | undefined
  /** So many mebibytes of zeros in place of the pixels. */
  bomb: number | undefined
}

const lies = fc.record(
  {
    magic: odd(16),
    type: fc.constantFrom(0x08, 0x09, 0x0b, 0x0d, 0x0e, 0, 255),
    rank: odd(8),
    dims: fc.array(odd(32), { maxLength: 6 }),
    bytes: fc.nat(40),
  },
  { requiredKeys: [] },
)

function header(magic: number, type: number, rank: number, dims: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dims.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, magic)
  bytes.set([type, rank], 2)
  for (const [i, dim] of dims.entries()) view.setUint32(4 + 4 * i, dim)
  return bytes
}

const product = (dims: readonly number[]) => dims.reduce((all, dim) => all * dim, 1)
const pixel = (_: unknown, at: number) => (at * 7 + (at >> 3)) % 256

function plain({ dims, lies, damages, bomb }: IdxCase): Uint8Array {
  const { magic = 0, type = 8, dims: said = bomb === undefined ? dims : [bomb, 1024, 1024] } = lies
  const size = bomb === undefined ? (lies.bytes ?? product(dims)) : bomb << 20
  const data = bomb === undefined ? Uint8Array.from({ length: size }, pixel) : new Uint8Array(size)
  return damaged(joined(header(magic, type, lies.rank ?? said.length, said), data), damages)
}

function packed(it: IdxCase): Uint8Array {
  const bytes = plain(it)
  if (!it.gzip) return bytes
  const half = bytes.length >> 1
  const parts = it.twice ? [bytes.subarray(0, half), bytes.subarray(half)] : [bytes]
  return damaged(joined(...parts.map((part) => gzipSync(part, { level: 9 }))), it.gzip)
}

const labelsOf = ({ count, damages }: NonNullable<IdxCase['labels']>) =>
  damaged(
    joined(
      header(0, 8, 1, [count]),
      Uint8Array.from({ length: count }, (_, at) => at % 10),
    ),
    damages,
  )

/** Read once more, by the few lines that the format takes. */
function reference(bytes: Uint8Array): { dims: number[]; data: Uint8Array } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 4 || view.getUint16(0) !== 0 || bytes[2] !== 8 || bytes[3] === 0) return undefined
  const rank = bytes[3]!
  if (bytes.length < 4 + 4 * rank) return undefined
  const dims = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i))
  const data = bytes.subarray(4 + 4 * rank)
  const size = dims.reduce((all, dim) => all * BigInt(dim), 1n)
  return size === BigInt(data.length) ? { dims, data } : undefined
}

async function readBoth(it: IdxCase, file: Uint8Array): Promise<void> {
  const labels = it.labels && { labels: labelsOf(it.labels) }
  const isPicture =
    !it.gzip &&
    it.bomb === undefined &&
    it.dims.length === 3 &&
    it.damages.length === 0 &&
    Object.keys(it.lies).length === 0
  const isWhole = isPicture && product(it.dims) > 0 && !it.labels
  for (const reader of [readTable, readInPage]) {
    const isRead = await answered(async () => {
      const { pixels, rows, labels: found } = await reader(file, labels)
      if (isPicture && rows !== it.dims[0]) throw new Wrong(`${rows} rows of ${it.dims[0]}`)
      if (isWhole && !sameBytes(pixels as Uint8Array, Uint8Array.from({ length: pixels.length }, pixel)))
        throw new Wrong('pixels')
      if (labels && found?.length !== rows) throw new Wrong(`${found?.length} labels of ${rows} rows`)
    })
    if (isWhole && !isRead) throw new Wrong('a whole file is refused')
  }
}

/** IDX: dimensions whose product lies or overflows, other ranks and types, gzip of it, labels of another count. */
export const idx: Format<IdxCase> = {
  cases: fc.record({
    dims: fc.oneof(
      fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
      fc.array(fc.nat(4), { minLength: 1, maxLength: 5 }),
      fc.tuple(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(1, 3, 4),
      ),
    ),
    lies: rarely(lies).map((it) => it ?? {}),
    damages,
    gzip: fc.option(damages, { nil: undefined }),
    twice: fc.boolean(),
    labels: rarely(fc.record({ count: fc.nat(6), damages })),
    bomb: fc.oneof(
      { weight: 30, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom(1, 15, 40) },
    ),
  }),
  bytes: packed,
  async read(it, file) {
    const right = reference(file)
    const isRead = await answered(() => {
      const { dims, data } = readIdx(file)
      if (dims.join() !== right?.dims.join() || !sameBytes(data, right.data)) throw new Wrong(`dims ${dims}`)
    })
    if (isRead !== (right !== undefined)) throw new Wrong(isRead ? 'no IDX file is read' : 'an IDX file is refused')
    await readBoth(it, file)
  },
  memory: { most: 128e6, perByte: 800 },
}
