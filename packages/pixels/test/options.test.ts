import { digit, isGrey, PixelsError, type Preparation, prepare, type RgbaImage } from '@pixelrow/pixels'
import { expect, test } from 'vitest'
import { openRealm } from '../../../tests/realm.ts'

const image: RgbaImage = { width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 255, 0, 0, 0, 0) }
/** What nobody who reads the types would pass. */
const options = <Options>(value: unknown) => value as Options
const whole: Preparation = { size: [1, 2], resize: 'stretch', color: 'grey', background: 0 }
const wrong = (changes: object) => ({ ...whole, ...changes }) as Preparation

test.each<[string, () => unknown, string, string]>([
  [
    'prepare',
    () => prepare(image, wrong({ resise: 'fit' })),
    'PIXELS_OPTION_UNKNOWN',
    'prepare: there is no option resise. Did you mean resize?',
  ],
  [
    'prepare',
    () => prepare(image, wrong({ size: [0, 2] })),
    'PIXELS_OPTION_INVALID',
    'prepare: size must be [height, width], each 1..16384; found [0,2].',
  ],
  [
    'prepare',
    () => prepare(image, wrong({ color: undefined })),
    'PIXELS_OPTION_INVALID',
    "prepare: color must be 'grey' or 'rgb'; found nothing.",
  ],
  [
    'digit',
    () => digit(image, options({ width: 28 })),
    'PIXELS_OPTION_UNKNOWN',
    'digit: there is no option width. There are: size.',
  ],
  [
    'digit',
    () => digit(image, options({ size: 28 })),
    'PIXELS_OPTION_INVALID',
    'digit: size must be [height, width], each 1..16384; found 28.',
  ],
  [
    'prepare',
    () => prepare({ ...image, width: 3 }, whole),
    'PIXELS_IMAGE_INVALID',
    'image: expected 3 × 1 × 4 bytes (RGBA), found 8.',
  ],
  [
    'isGrey',
    () => isGrey({} as RgbaImage),
    'PIXELS_IMAGE_INVALID',
    'image: expected data, width and height, as an ImageData has, found {}.',
  ],
  [
    'digit',
    () => digit(options(undefined)),
    'PIXELS_IMAGE_INVALID',
    'image: expected data, width and height, as an ImageData has, found undefined.',
  ],
])('%s refuses what it cannot take: %#', (_, work, code, message) => {
  let error: unknown
  try {
    work()
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(PixelsError)
  expect(error).toMatchObject({ code, message, params: expect.any(Object) })
})

test('pictures of another realm are pictures', () => {
  const theirs = openRealm().load<typeof import('@pixelrow/pixels')>('@pixelrow/pixels')
  for (const data of [image.data, new Uint8ClampedArray(image.data)]) {
    expect([...theirs.prepare({ ...image, data }, whole)]).toEqual([...prepare(image, whole)])
  }
})
