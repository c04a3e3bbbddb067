/**
 * How a picture becomes pixels: laid over `background` where it is transparent, turned grey (ITU-R BT.601 luma) or left in red, green and
 * blue, then resized, all in integers, with the same bytes in Node and in pages. Plain data, to travel with a model.
 */
export interface Preparation {
  /** Height and width, each 1..16,384. */
  size: readonly [height: number, width: number]
  /** The whole picture with background around it, the middle of it without, or all of it out of proportion. */
  resize: 'contain' | 'cover' | 'stretch'
  color: 'grey' | 'rgb'
  /** Grey value 0..255. */
  background: number
}

/** A decoded picture: red, green, blue and alpha of each pixel, not multiplied by alpha. A page's `ImageData` is one. */
export interface RgbaImage {
  data: Uint8Array | Uint8ClampedArray
  width: number
  height: number
}

/** What decoders know by name. */
export type PictureType = 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif' | 'image/bmp' | 'image/tiff'

/** Decodes a whole file, upright, without converting colours. Throws where the file is damaged. */
export type Decode = (bytes: Uint8Array<ArrayBuffer>, type: PictureType) => Promise<RgbaImage>
