import fc, { type Arbitrary } from 'fast-check'
import { decodedAlone, jpegs } from '../../packages/pixels/test/jpegs.ts'
import { type Format, Wrong } from './format.ts'
import { ascii, type Damage, damaged, damages, joined, odd, rarely, sameBytes } from './lies.ts'
import { readPicture } from './png.ts'

/** A JPEG of libjpeg, and what is done to its segments. */
interface JpegCase {
  base: number
  segments: SegmentLie[]
  frame: {
    height?: number
    width?: number
    precision?: number
    components?: number
    sampling?: number
    marker?: number
  }
  damages: Damage[]
}

type SegmentLie =
  | { kind: 'remove'; at: number }
  | { kind: 'repeat'; at: number }
  | { kind: 'move'; at: number; to: number }
  | { kind: 'length'; at: number; value: number }
  | { kind: 'marker'; at: number; value: number }
  | { kind: 'add'; at: number; marker: number; data: Uint8Array }
  | { kind: 'junk'; at: number; data: Uint8Array }

/** From a marker to the next one; the scan's packed data belongs to its start. */
interface Segment {
  marker: number
  body: Uint8Array
  length?: number
  before?: Uint8Array
}

function segmentsOf(bytes: Uint8Array): Segment[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: Segment[] = []
  for (let at = 2; at < bytes.length - 2; ) {
    const marker = bytes[at + 1]!
    let end = at + 2 + view.getUint16(at + 2)
    // Packed data escapes its own 0xff by a zero behind it.
    if (marker === 0xda) while (!(bytes[end] === 0xff && bytes[end + 1] !== 0)) end++
    found.push({ marker, body: bytes.slice(at + 4, end) })
    at = end
  }
  return found
}

const lengthOf = ({ marker, body }: Segment) => (marker === 0xda ? 2 + 4 + 2 * (body[0] ?? 0) : 2 + body.length)

function written(segments: readonly Segment[]): Uint8Array {
  const parts = segments.map((each) => {
    const { marker, body, length = lengthOf(each), before = new Uint8Array(0) } = each
    return joined(before, Uint8Array.of(0xff, marker, (length >> 8) & 255, length & 255), body)
  })
  return joined(Uint8Array.of(0xff, 0xd8), ...parts, Uint8Array.of(0xff, 0xd9))
}

function changed(segments: Segment[], lie: SegmentLie): Segment[] {
  if (segments.length === 0) return segments
  const at = lie.at % segments.length
  const it = segments[at]!
  if (lie.kind === 'remove') return segments.toSpliced(at, 1)
  if (lie.kind === 'repeat') return segments.toSpliced(at, 0, it)
  if (lie.kind === 'move') return segments.toSpliced(at, 1).toSpliced(lie.to % segments.length, 0, it)
  if (lie.kind === 'add') return segments.toSpliced(at, 0, { marker: lie.marker, body: lie.data })
  if (lie.kind === 'junk') return segments.with(at, { ...it, before: lie.data })
  return segments.with(at, { ...it, [lie.kind]: lie.value })
}

const isFrame = ({ marker }: Segment) => marker >= 0xc0 && marker <= 0xc2

function reframed(it: Segment, lie: JpegCase['frame']): Segment {
  if (!isFrame(it)) return it
  const body = it.body.slice()
  const view = new DataView(body.buffer)
  if (lie.precision !== undefined) body[0] = lie.precision
  if (lie.height !== undefined) view.setUint16(1, lie.height)
  if (lie.width !== undefined) view.setUint16(3, lie.width)
  if (lie.components !== undefined) body[5] = lie.components
  if (lie.sampling !== undefined) body[7] = lie.sampling
  return { marker: lie.marker ?? it.marker, body }
}

async function file({ base, segments, frame, damages }: JpegCase): Promise<Uint8Array> {
  const all = segmentsOf((await jpegs)[base]!).map((each) => reframed(each, frame))
  return damaged(written(segments.reduce(changed, all)), damages)
}

const at = fc.nat(12)
const marker = fc.oneof(
  fc.integer({ min: 0xc0, max: 0xfe }),
  fc.constantFrom(0xc4, 0xdb, 0xda, 0xdd, 0xe1, 0xe2, 0xfe, 0x01, 0),
)
const exif = ascii('Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01\x03\0\xff\xff\xff\xff\xff\xff\xff\x7f')
const data = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(exif, new Uint8Array(65_533)))
const lie: Arbitrary<SegmentLie> = fc.oneof(
  fc.record({ kind: fc.constant('remove' as const), at }),
  fc.record({ kind: fc.constant('repeat' as const), at }),
  fc.record({ kind: fc.constant('move' as const), at, to: at }),
  fc.record({ kind: fc.constant('length' as const), at, value: odd(16) }),
  fc.record({ kind: fc.constant('marker' as const), at, value: marker }),
  fc.record({ kind: fc.constant('add' as const), at, marker, data }),
  fc.record({ kind: fc.constant('junk' as const), at, data }),
)

const isHonest = ({ segments, frame, damages }: JpegCase) =>
  segments.length + damages.length + Object.keys(frame).length === 0

/** JPEG: segments that are missing, moved, repeated or of lying lengths; sizes, depths, channels and kinds of coding that lie. */
export const jpeg: Format<JpegCase> = {
  cases: fc.record({
    base: fc.nat(5),
    segments: rarely(fc.array(lie, { minLength: 1, maxLength: 3 })).map((it) => it ?? []),
    frame: rarely(
      fc.record(
        {
          height: odd(16),
          width: odd(16),
          precision: fc.constantFrom(8, 12, 16, 0),
          components: fc.nat(5),
          sampling: odd(8),
          marker: fc.integer({ min: 0xc0, max: 0xcf }),
        },
        { requiredKeys: [] },
      ),
    ).map((it) => it ?? {}),
    damages,
  }),
  bytes: file,
  async read(it, bytes) {
    const found = await readPicture(bytes)
    if (!isHonest(it)) return
    if (typeof found === 'string') throw new Wrong(`a whole picture is refused: ${found}`)
    if (!sameBytes(await decodedAlone(bytes), new Uint8Array(found.data)))
      throw new Wrong('other pixels than the decoder’s own')
  },
  memory: { most: 320e6, perByte: 4000 },
}
