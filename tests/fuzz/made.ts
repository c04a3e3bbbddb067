import fc from 'fast-check'
import { decodedAlone, gifs, tiffs } from '../../packages/pixels/test/jpegs.ts'
import { type Format, Wrong } from './format.ts'
import { type Damage, damaged, damages, odd, rarely, sameBytes } from './lies.ts'
import { readPicture } from './png.ts'

/** A GIF or TIFF of libvips, and what is done to its bytes. */
interface MadeCase {
  base: number
  lies: { at: number; value: number }[]
  damages: Damage[]
}

/** A format of which libvips makes the files; `places` are those of the fields that lie. */
function madeFormat(bases: Promise<readonly Uint8Array[]>, places: readonly number[]): Format<MadeCase> {
  return {
    cases: fc.record({
      base: fc.nat(7),
      lies: rarely(
        fc.array(fc.record({ at: fc.constantFrom(...places), value: odd(16) }), { minLength: 1, maxLength: 3 }),
      ).map((it) => it ?? []),
      damages,
    }),
    async bytes({ base, lies, damages }) {
      const all = await bases
      const bytes = all[base % all.length]!.slice()
      const view = new DataView(bytes.buffer)
      // Places below 0 are counted from the end, where libvips has the fields of a TIFF.
      const last = bytes.length - 2
      for (const { at, value } of lies) view.setUint16(Math.min(at < 0 ? bytes.length + at : at, last), value, true)
      return damaged(bytes, damages)
    },
    async read(it, bytes) {
      const found = await readPicture(bytes)
      if (it.lies.length + it.damages.length > 0) return
      if (typeof found === 'string') throw new Wrong(`a whole picture is refused: ${found}`)
      if (!sameBytes(await decodedAlone(bytes), new Uint8Array(found.data)))
        throw new Wrong('other pixels than the decoder’s own')
    },
    memory: { most: 320e6, perByte: 4000 },
  }
}

/** GIF: sizes of the canvas and of the picture on it, tables and blocks that lie, or are missing. */
export const gif = madeFormat(gifs, [6, 8, 10, 11, 13, 781, 783, 785, 787, 789, 791])

/** TIFF: fields whose kinds, counts and values lie, or that lead outside the file. */
export const tiff = madeFormat(tiffs, [
  4,
  6,
  ...Array.from({ length: 60 }, (_, i) => 8 + 6 * i),
  ...Array.from({ length: 60 }, (_, i) => -4 - 4 * i),
])
