/** Size of one image, in pixels. `channelOrder` tells how a row of pixels with several channels is laid out. */
export interface ImageShape {
  height: number
  width: number
  channels: number
  /** `interleaved` is rgbrgb…, `planar` rr…gg…bb…; one channel is `interleaved`. */
  channelOrder: 'interleaved' | 'planar'
}

/** Rows of pixels, with labels where the source has them. */
export interface PixelTable {
  /** All pixels, row after row: `rows × height × width × channels` bytes. */
  pixels: Uint8Array
  /** Number of images. */
  rows: number
  shape: ImageShape
  /** The value that stands for white; pixels are 0..maxValue. */
  maxValue: number
  /** Class index of each row, into `classes`. */
  labels?: Uint16Array
  /** The text of each class: what the file says for label 0, 1, … */
  classes?: string[]
  /** The row's identifier, where the file has such a column. */
  ids?: string[]
}
