import { decodeFile, openDecoder } from '@pixelrow/pixels'
import sharp from 'sharp'
import { expect, test } from 'vitest'

const decode = await openDecoder()
const image = (data: Uint8Array) => sharp(data, { raw: { width: 4, height: 3, channels: 1 } })
const bytesOf = async (made: { toBuffer(): Promise<Uint8Array> }) => new Uint8Array(await made.toBuffer())

/** A TIFF of two pixels of 32 bits; `format` says what these are: 1 whole numbers, 3 fractions. */
function tiff(format: number): Uint8Array<ArrayBuffer> {
  const fields = { 256: 2, 257: 1, 258: 32, 259: 1, 262: 1, 273: 10 + 12 * 9 + 4, 277: 1, 279: 8, 339: format }
  const bytes = new Uint8Array(fields[273] + 8)
  const view = new DataView(bytes.buffer)
  bytes.set(Buffer.from('II*\0\x08\0\0\0\x09'))
  Object.entries(fields).forEach(([tag, value], i) => {
    const at = 10 + 12 * i
    view.setUint16(at, Number(tag), true)
    view.setUint16(at + 2, 4, true)
    view.setUint32(at + 4, 1, true)
    view.setUint32(at + 8, value, true)
  })
  view.setFloat32(fields[273] + 4, 0.5, true)
  return bytes
}

test('a TIFF of fractions or of 32 bits is refused, not cut to bytes; and so is one that is cut short', async () => {
  expect(await decodeFile(tiff(3), decode)).toBe('32 bits a value, which are no whole numbers from 0 on')
  expect(await decodeFile(tiff(1), decode)).toBe('32 bits a value')
  const whole = await bytesOf(image(new Uint8Array(12).fill(7)).tiff({ compression: 'none' }))
  expect(await decodeFile(whole, decode)).toMatchObject({ width: 4, height: 3 })
  expect(typeof (await decodeFile(whole.slice(0, -40), decode))).toBe('string')
})

test('a GIF is cut short where its first picture is, and not by what is missing behind it', async () => {
  const frames = [0, 1].map((at) =>
    image(new Uint8Array(12).fill(200 * at))
      .png()
      .toBuffer(),
  )
  const gif = await bytesOf(sharp(await Promise.all(frames), { join: { animated: true } }).gif())
  const found = await decodeFile(gif, decode)
  expect(found).toMatchObject({ width: 4, height: 3 })
  expect(await decodeFile(gif.slice(0, -5), decode)).toEqual(found)
  expect(await decodeFile(gif.slice(0, 30), decode)).toBe('cut short')
})
