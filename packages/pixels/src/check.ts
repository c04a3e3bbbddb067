import { isA } from '../../../common/kinds.ts'
import { checkOptions, like, oneOf, type Rule, type Rules, show, whole } from '../../../common/options.ts'
import { PixelsError } from './error.ts'
import type { Preparation, RgbaImage } from './types.ts'

/** Longest side of a prepared picture; it keeps every sum of the resizing an exact integer. */
export const LONGEST_SIDE = 16_384

/** Height and width. */
export const sizeRule: Rule = (value) => {
  const isSide = (side: unknown) => whole(1, { most: LONGEST_SIDE })(side) === undefined
  return like(
    `[height, width], each 1..${LONGEST_SIDE}`,
    (size) => Array.isArray(size) && size.length === 2 && size.every(isSide),
  )(value)
}

/** Checks the options of a function. */
export function check<Options extends object>(where: string, options: Options, rules: Rules<Options>): void {
  checkOptions(where, options, rules, ({ code, ...problem }) => new PixelsError({ ...problem, code: `PIXELS_${code}` }))
}

/** Refuses a preparation that is none, or not whole. */
export function checkPreparation(preparation: Preparation): void {
  const rules: Rules<Preparation> = {
    size: sizeRule,
    resize: oneOf('contain', 'cover', 'stretch'),
    color: oneOf('grey', 'rgb'),
    background: whole(0, { most: 255 }),
  }
  check('prepare', preparation, rules)
  for (const option of ['size', 'resize', 'color', 'background'] as const) {
    const expected = rules[option](preparation[option])
    if (typeof expected !== 'string') continue
    const message = `prepare: ${option} must be ${expected}; found nothing.`
    throw new PixelsError({
      code: 'PIXELS_OPTION_INVALID',
      params: { where: 'prepare', option, expected, found: 'nothing' },
      message,
    })
  }
}

/** Refuses a picture that is none, or whose data is not `width × height × 4` bytes. */
export function requireFull(image: RgbaImage): void {
  const { data, width, height } = image ?? {}
  const isImage = isA(data, 'Uint8Array', 'Uint8ClampedArray') && width >= 1 && height >= 1
  if (isImage && data.length === 4 * width * height) return
  const expected = isImage ? `${width} × ${height} × 4 bytes (RGBA)` : 'data, width and height, as an ImageData has'
  const found = isImage ? String(data.length) : show(image)
  const message = `image: expected ${expected}, found ${found}.`
  throw new PixelsError({ code: 'PIXELS_IMAGE_INVALID', params: { expected, found }, message })
}
