// What runs everywhere; pictures are decoded by sharp. browser.ts is the same for pages.

export { LONGEST_SIDE } from './check.ts'
export { openDecoder } from './decode-node.ts'
export { digit } from './digit.ts'
export { PixelsError, type PixelsErrorCode } from './error.ts'
export { decodeFile, pictureType } from './file.ts'
export { type ModelPixels, modelPixels } from './model.ts'
export { isGrey, prepare } from './prepare.ts'
export { MOST_PIXELS, MOST_PIXELS_PER_BYTE } from './size.ts'
export type { Decode, PictureType, Preparation, RgbaImage } from './types.ts'
