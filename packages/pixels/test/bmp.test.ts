import { decodeFile } from '@pixelrow/pixels'
import { expect, test } from 'vitest'

/** Nothing but what the package itself decodes. */
const never = () => Promise.reject(new Error('another decoder was asked'))

/** What a bitmap says of itself, and its bytes behind that. */
interface Bitmap {
  width?: number
  height?: number
  bits?: number
  packing?: number
  colours?: number
  start?: number
  header?: number
  palette?: number[]
  masks?: number[]
  rows: number[]
}

function file({ palette = [], masks = [], rows, ...fields }: Bitmap): Uint8Array<ArrayBuffer> {
  const head = 54 + 4 * masks.length + palette.length
  const {
    width = 2,
    height = 2,
    bits = 8,
    packing = 0,
    colours = palette.length / 4,
    start = head,
    header = 40,
  } = fields
  const bytes = new Uint8Array(head + rows.length)
  const view = new DataView(bytes.buffer)
  bytes.set(Buffer.from('BM'))
  const longs = { 10: start, 14: header, 18: width, 22: height, 30: packing, 46: colours }
  for (const [at, value] of Object.entries(longs)) view.setUint32(Number(at), value, true)
  view.setUint16(28, bits, true)
  for (const [i, mask] of masks.entries()) view.setUint32(54 + 4 * i, mask, true)
  bytes.set([...palette, ...rows], head - palette.length)
  return bytes
}

/** Red and green, as blue, green, red and nothing. */
const palette = [0, 0, 255, 0, 0, 255, 0, 0]
const [red, green] = [
  [255, 0, 0, 255],
  [0, 255, 0, 255],
]
const whole = { palette, rows: [0, 1, 0, 0, 1, 1, 0, 0] }

async function pixels(bitmap: Bitmap | Uint8Array<ArrayBuffer>) {
  const found = await decodeFile(bitmap instanceof Uint8Array ? bitmap : file(bitmap), never)
  return typeof found === 'string' ? found : [...found.data]
}

test('rows begin at the lower one unless the height is below 0; what the last is filled up with may be missing', async () => {
  expect(await pixels(whole)).toEqual([green, green, red, green].flat())
  expect(await pixels({ ...whole, height: -2 })).toEqual([red, green, green, green].flat())
  expect(await pixels({ ...whole, rows: whole.rows.slice(0, -2) })).toEqual(await pixels(whole))
})

test('what runs leave out has the first colour', async () => {
  const run = { palette, packing: 1, width: 3, height: 2 }
  expect(await pixels({ ...run, rows: [0, 2, 1, 1, 1, 1, 0, 1] })).toEqual([red, green, red, red, red, red].flat())
})

test.each<[string, Partial<Bitmap>]>([
  ['cut short', { rows: whole.rows.slice(0, -3) }],
  ['cut short', { packing: 1, rows: [2, 1, 0] }],
  ['colour 2 of 2', { rows: [0, 2, 0, 0, 0, 0, 0, 0] }],
  ['colour 2 of 2', { packing: 1, rows: [1, 2, 0, 1] }],
  ['a run beyond the picture', { packing: 1, rows: [3, 1, 0, 1] }],
  ['a run beyond the picture', { packing: 1, rows: [0, 2, 0, 2, 1, 1] }],
  ['runs from the top down', { packing: 1, height: -2 }],
  ['a packing that is not read (4)', { packing: 4 }],
  ['a packing that is not read (99)', { packing: 99 }],
  ['8 bits a pixel, packed by 2', { packing: 2 }],
  ['3 bits a pixel, packed by 0', { bits: 3 }],
  ['a header of 41 bytes', { header: 41 }],
  ['cut short', { header: 124, palette: [], rows: [] }],
  ['cut short', { start: 4_000_000_000 }],
  ['pixels from byte 20, in its header', { start: 20 }],
  ['0 × 2 pixels', { width: 0 }],
  ['colours whose bits overlap or have gaps', { bits: 16, packing: 3, masks: [0x1f, 0x0f, 0] }],
  ['colours whose bits overlap or have gaps', { bits: 16, packing: 3, masks: [0x15, 0, 0] }],
  ['colours whose bits overlap or have gaps', { bits: 16, packing: 3, masks: [0x1f0000, 0, 0] }],
])('refused: %s %o', async (reason, change) => {
  expect(await pixels({ ...whole, ...change })).toBe(reason)
})

test('raw bytes that begin with the two letters are no bitmap', async () => {
  const raw = new Uint8Array(64)
  raw.set([0x42, 0x4d])
  expect(await pixels(raw)).toBe('no PNG, JPEG, WebP, GIF, BMP or TIFF')
})
