import { decodeFile, MOST_PIXELS, openDecoder } from '@pixelrow/pixels'
import sharp from 'sharp'
import { expect, test } from 'vitest'

const white = { r: 255, g: 255, b: 255 }
const decode = await openDecoder()

const kinds = ['png', 'jpeg', 'webp', 'lossless', 'gif', 'tiff', 'bmp'] as const
type Kind = (typeof kinds)[number]

/** A file of one colour, with another size in its header than it has. */
async function picture(kind: Kind, width: number, height: number) {
  const image = sharp({ create: { width: 40, height: 30, channels: 3, background: white } })
  const made = kind === 'lossless' ? image.webp({ lossless: true }) : kind === 'bmp' ? undefined : image[kind]()
  const bytes = made ? new Uint8Array(await made.toBuffer()) : bitmap(40, 30)
  const view = new DataView(bytes.buffer)
  if (kind === 'png') {
    view.setUint32(16, width)
    view.setUint32(20, height)
  } else if (kind === 'jpeg') {
    const frame = Buffer.from(bytes).indexOf(Buffer.of(0xff, 0xc0))
    view.setUint16(frame + 5, height)
    view.setUint16(frame + 7, width)
  } else if (kind === 'webp') {
    view.setUint16(26, width, true)
    view.setUint16(28, height, true)
  } else if (kind === 'gif') {
    view.setUint16(6, width, true)
    view.setUint16(8, height, true)
  } else if (kind === 'bmp') {
    view.setInt32(18, width, true)
    view.setInt32(22, height, true)
  } else if (kind === 'tiff') {
    const first = view.getUint32(4, true) + 2
    view.setUint16(first + 8, width, true)
    view.setUint16(first + 20, height, true)
  } else view.setUint32(21, (width - 1) | ((height - 1) << 14), true)
  return bytes
}

/** A bitmap of 24 bits, all black. */
function bitmap(width: number, height: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(54 + 4 * Math.ceil((3 * width) / 4) * height)
  bytes.set(Buffer.from('BM'))
  const view = new DataView(bytes.buffer)
  for (const [at, value] of [
    [2, bytes.length],
    [10, 54],
    [14, 40],
    [18, width],
    [22, height],
  ] as const)
    view.setUint32(at, value, true)
  view.setUint16(26, 1, true)
  view.setUint16(28, 24, true)
  return bytes
}

/** What came of it, and whether anything was decoded for that. */
async function outcome(bytes: Uint8Array<ArrayBuffer>) {
  let isDecoded = false
  const found = await decodeFile(bytes, (...args) => {
    isDecoded = true
    return decode(...args)
  })
  return { found, isDecoded }
}

test.each(kinds)('a %s that says it is huge is refused before anything is decoded', async (kind) => {
  const side = 16_000
  expect(await outcome(await picture(kind, side, side))).toEqual({
    found: `${side} × ${side} pixels, more than ${MOST_PIXELS}`,
    isDecoded: false,
  })
  const bomb = await picture(kind, 5000, 5000)
  expect(await outcome(bomb)).toEqual({
    found: `5000 × 5000 pixels in ${bomb.length} bytes, as picture bombs have`,
    isDecoded: false,
  })
  const { found } = await outcome(await picture(kind, 40, 30))
  expect(found).toMatchObject({ width: 40, height: 30 })
})

test('bytes between the segments of a JPEG do not hide its size', async () => {
  const bytes = await picture('jpeg', 16_000, 16_000)
  const hidden = Uint8Array.of(...bytes.subarray(0, 2), 0xff, 0xff, 0x00, 0x12, 0xff, ...bytes.subarray(2))
  expect((await outcome(hidden)).found).toContain('more than')
})

test('a canvas of an extended WebP counts, and one cut in its header is damaged', async () => {
  const head = Buffer.from('RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0', 'latin1')
  const canvas = new Uint8Array(Buffer.concat([head, Buffer.from('ffff00ffff00', 'hex')]))
  expect((await outcome(canvas)).found).toContain('65536 × 65536 pixels, more than')
  expect((await outcome(canvas.slice(0, 24))).found).toBe('cut short')
})
