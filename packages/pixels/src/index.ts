// What runs everywhere; pictures are decoded by sharp. browser.ts is the same for pages.

export { openDecoder } from './decode-node.ts'
export { digit } from './digit.ts'
export { decodeFile, pictureType } from './file.ts'
export { isGrey, LONGEST_SIDE, prepare } from './prepare.ts'
export type { Decode, PictureType, Preparation, RgbaImage } from './types.ts'
