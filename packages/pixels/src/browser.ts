// The same as index.ts, decoded by the browser.

export { openDecoder } from './decode-page.ts'
export { digit } from './digit.ts'
export { decodeFile, pictureType } from './file.ts'
export { isGrey, LONGEST_SIDE, prepare } from './prepare.ts'
export type { Decode, PictureType, Preparation, RgbaImage } from './types.ts'
