import { crc32, deflateSync } from 'node:zlib'
import { readPictures } from '@pixelrow/data/pictures'
import { decodeFile, openDecoder } from '@pixelrow/pixels'
import fc, { type Arbitrary } from 'fast-check'
import { answered, type Format, requireSentence, Wrong } from './format.ts'
import { ascii, type Damage, damaged, damages, joined, odd, rarely } from './lies.ts'

/** A picture as the format has it, and what is done to its chunks. */
interface PngCase {
  width: number
  height: number
  /** Of the format's kinds: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. */
  color: 0 | 2 | 3 | 4 | 6
  depth: 1 | 2 | 4 | 8 | 16
  interlaced: boolean
  filter: number
  seed: number
  chunks: ChunkLie[]
  header: { width?: number; height?: number; depth?: number; color?: number; method?: number; interlace?: number }
  data: { bomb?: number; cut?: number; level?: number; pieces?: number }
  damages: Damage[]
}

/** Done to the chunk at a place, counted round. */
type ChunkLie =
  | { kind: 'remove'; at: number }
  | { kind: 'repeat'; at: number }
  | { kind: 'move'; at: number; to: number }
  | { kind: 'length'; at: number; value: number }
  | { kind: 'crc'; at: number; value: number }
  | { kind: 'type'; at: number; type: string }
  | { kind: 'add'; at: number; type: string; data: Uint8Array }

interface Chunk {
  type: string
  data: Uint8Array
  length?: number
  crc?: number
}

const channelsOf = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const
const depthsOf = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] } as const
const mebibyte = new Uint8Array(1 << 20)
const types = [
  'IDAT',
  'IEND',
  'IHDR',
  'PLTE',
  'tRNS',
  'gAMA',
  'iCCP',
  'tEXt',
  'zTXt',
  'iTXt',
  'eXIf',
  'acTL',
  'fdAT',
  'fcTL',
  'sRGB',
  'cHRM',
  'XXXX',
  'xxxx',
  '\0\0\0\0',
]
const bombText = joined(ascii('a\0\0'), deflateSync(new Uint8Array(20 << 20)))
const someData = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(bombText, mebibyte, new Uint8Array(0)))
const at = fc.nat(8)
const chunkLie: Arbitrary<ChunkLie> = fc.oneof(
  fc.record({ kind: fc.constant('remove' as const), at }),
  fc.record({ kind: fc.constant('repeat' as const), at }),
  fc.record({ kind: fc.constant('move' as const), at, to: at }),
  fc.record({ kind: fc.constant('length' as const), at, value: odd(32) }),
  fc.record({ kind: fc.constant('crc' as const), at, value: odd(32) }),
  fc.record({ kind: fc.constant('type' as const), at, type: fc.constantFrom(...types) }),
  fc.record({ kind: fc.constant('add' as const), at, type: fc.constantFrom(...types), data: someData }),
)

/** The value of a sample, the same for who writes and who checks. */
function sampleOf({ seed, depth, color }: PngCase, x: number, y: number, channel: number): number {
  const value = Math.imul(seed + 31 * x + 57 * y + 101 * channel + 7, 2654435761) >>> 0
  return (color === 3 ? value % Math.min(16, 2 ** depth) : value % 2 ** depth) >>> 0
}

const paletteAt = (i: number) => [(i * 53) % 256, (i * 97) % 256, (i * 29) % 256]

/** Rows of samples, packed as the depth asks for and filtered. */
function rowsOf(it: PngCase, xs: number[], ys: number[]): Uint8Array {
  const channels = channelsOf[it.color]
  const line = Math.ceil((xs.length * channels * it.depth) / 8)
  const out = new Uint8Array(ys.length * (line + 1))
  const step = Math.max(1, (channels * it.depth) >> 3)
  let before = new Uint8Array(line)
  ys.forEach((y, row) => {
    const raw = new Uint8Array(line)
    let bit = 0
    for (const x of xs) {
      for (let channel = 0; channel < channels; channel++, bit += it.depth) {
        const value = sampleOf(it, x, y, channel)
        if (it.depth === 16) raw.set([value >> 8, value & 255], bit >> 3)
        else raw[bit >> 3]! |= value << (8 - it.depth - (bit & 7))
      }
    }
    out[row * (line + 1)] = it.filter
    for (let i = 0; i < line; i++) out[row * (line + 1) + 1 + i] = raw[i]! - predicted(it.filter, raw, before, i, step)
    before = raw
  })
  return out
}

function predicted(filter: number, raw: Uint8Array, before: Uint8Array, i: number, step: number): number {
  const [left, up, corner] = [raw[i - step] ?? 0, before[i]!, before[i - step] ?? 0]
  if (filter < 3) return filter === 0 ? 0 : filter === 1 ? left : up
  if (filter === 3) return (left + up) >> 1
  const guess = left + up - corner
  const [a, b, c] = [left, up, corner].map((each) => Math.abs(guess - each)) as [number, number, number]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const

const places = (from: number, step: number, end: number) =>
  Array.from({ length: Math.max(0, Math.ceil((end - from) / step)) }, (_, i) => from + i * step)

function samples(it: PngCase): Uint8Array {
  if (!it.interlaced) return rowsOf(it, places(0, 1, it.width), places(0, 1, it.height))
  const parts = passes.map(([x, y, dx, dy]) => [places(x, dx, it.width), places(y, dy, it.height)] as const)
  return joined(...parts.filter(([xs, ys]) => xs.length && ys.length).map(([xs, ys]) => rowsOf(it, xs, ys)))
}

function chunksOf(it: PngCase): Chunk[] {
  const { width = it.width, height = it.height, depth = it.depth, color = it.color, method = 0 } = it.header
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([depth, color, method, method, it.header.interlace ?? Number(it.interlaced)], 8)
  const { bomb, cut, level = 6, pieces = 1 } = it.data
  const packed = deflateSync(bomb === undefined ? samples(it) : new Uint8Array(bomb << 20), { level })
  const kept = packed.subarray(0, cut === undefined ? packed.length : Math.floor(cut * packed.length))
  const size = Math.ceil(kept.length / pieces)
  const data = Array.from({ length: pieces }, (_, i) => ({
    type: 'IDAT',
    data: kept.subarray(i * size, (i + 1) * size),
  }))
  const palette = Uint8Array.from(Array.from({ length: 2 ** Math.min(4, it.depth) }, (_, i) => paletteAt(i)).flat())
  return [
    { type: 'IHDR', data: header },
    ...(it.color === 3 ? [{ type: 'PLTE', data: palette }] : []),
    ...data,
    { type: 'IEND', data: new Uint8Array(0) },
  ]
}

function changed(chunks: Chunk[], lie: ChunkLie): Chunk[] {
  if (chunks.length === 0) return chunks
  const at = lie.at % chunks.length
  const it = chunks[at]!
  if (lie.kind === 'remove') return chunks.toSpliced(at, 1)
  if (lie.kind === 'repeat') return chunks.toSpliced(at, 0, it)
  if (lie.kind === 'move') return chunks.toSpliced(at, 1).toSpliced(lie.to % chunks.length, 0, it)
  if (lie.kind === 'add') return chunks.toSpliced(at, 0, { type: lie.type, data: lie.data })
  if (lie.kind === 'type') return chunks.with(at, { ...it, type: lie.type })
  return chunks.with(at, { ...it, [lie.kind]: lie.value })
}

const uint32 = (value: number) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)

function file(it: PngCase): Uint8Array {
  const chunks = it.chunks.reduce(changed, chunksOf(it))
  const parts = chunks.map(({ type, data, length = data.length, crc }) => {
    const body = joined(ascii(type), data)
    return joined(uint32(length), body, uint32(crc ?? crc32(body)))
  })
  return damaged(joined(ascii('\x89PNG\r\n\x1a\n'), ...parts), it.damages)
}

const isHonest = ({ chunks, header, data, damages }: PngCase) =>
  chunks.length + damages.length + Object.keys(header).length === 0 && data.bomb === undefined && data.cut === undefined

/** The pixel in red, green, blue and alpha, of eight bits each. */
function pixelOf(it: PngCase, x: number, y: number): number[] {
  const value = (channel: number) => {
    const sample = sampleOf(it, x, y, channel)
    return it.depth === 16 ? sample >> 8 : Math.round((sample * 255) / (2 ** it.depth - 1))
  }
  if (it.color === 3) return [...paletteAt(sampleOf(it, x, y, 0)), 255]
  if (it.color === 2 || it.color === 6) return [value(0), value(1), value(2), it.color === 6 ? value(3) : 255]
  return [value(0), value(0), value(0), it.color === 4 ? value(1) : 255]
}

const decode = openDecoder()

/** Has a picture decoded alone and as the one of a folder, both of which must say the same of it. */
export async function readPicture(bytes: Uint8Array): Promise<Awaited<ReturnType<typeof decodeFile>>> {
  const found = await decodeFile(bytes as Uint8Array<ArrayBuffer>, await decode)
  if (typeof found === 'string') requireSentence(found)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  if (typeof found === 'string' && (found.length > 120 || /[\0-\x1f]/.test(found))) throw new Wrong(found)
  const pictures = [{ name: 'a.png', blob: new Blob([bytes as Uint8Array<ArrayBuffer>]) }]
  const isTable = await answered(() => readPictures(pictures, { size: 4, label: false }))
  if (isTable !== (typeof found !== 'string'))
    throw new Wrong(`alone ${JSON.stringify(found)?.slice(0, 80)}, in a table ${isTable}`)
  return found
}

/** PNG: chunks that are missing, moved, repeated or of lying lengths; sizes, depths and kinds that lie; bombs of pixels and of texts. */
export const png: Format<PngCase> = {
  cases: fc
    .record({
      width: fc.integer({ min: 1, max: 9 }),
      height: fc.integer({ min: 1, max: 9 }),
      color: fc.constantFrom(0, 2, 3, 4, 6),
      depthAt: fc.nat(4),
      interlaced: fc.boolean(),
      filter: fc.nat(4),
      seed: fc.nat(1000),
      chunks: rarely(fc.array(chunkLie, { minLength: 1, maxLength: 3 })).map((it) => it ?? []),
      header: rarely(
        fc.record(
          {
            width: fc.oneof(odd(32), fc.constantFrom(11_585, 16_384, 65_535, 1_000_000)),
            height: fc.oneof(odd(32), fc.constantFrom(11_585, 16_384, 65_535, 1_000_000)),
            depth: odd(8),
            color: fc.nat(7),
            method: fc.nat(2),
            interlace: fc.nat(2),
          },
          { requiredKeys: [] },
        ),
      ).map((it) => it ?? {}),
      data: rarely(
        fc.record(
          {
            bomb: fc.constantFrom(1, 20),
            cut: fc.double({ min: 0, max: 1, noNaN: true }),
            level: fc.nat(9),
            pieces: fc.integer({ min: 1, max: 20 }),
          },
          { requiredKeys: [] },
        ),
      ).map((it) => it ?? {}),
      damages,
    })
    .map(({ depthAt, ...it }) => {
      const depths = depthsOf[it.color]
      return { ...it, depth: depths[depthAt % depths.length]! }
    }),
  bytes: file,
  async read(it, bytes) {
    const found = await readPicture(bytes)
    if (!isHonest(it)) return
    if (typeof found === 'string') throw new Wrong(`a whole picture is refused: ${found}`)
    if (found.width !== it.width || found.height !== it.height) throw new Wrong(`${found.width} × ${found.height}`)
    for (let i = 0; i < it.width * it.height; i++) {
      const [pixel, right] = [
        found.data.subarray(4 * i, 4 * i + 4),
        pixelOf(it, i % it.width, Math.floor(i / it.width)),
      ]
      if (right.some((value, channel) => Math.abs(value - pixel[channel]!) > (it.depth === 16 ? 1 : 0)))
        throw new Wrong(`pixel ${i} is ${pixel}, expected ${right}`)
    }
  },
  // 16 million pixels are decoded whatever they were packed in, twice over while they are prepared; above that 200 a byte.
  memory: { most: 320e6, perByte: 4000 },
}
