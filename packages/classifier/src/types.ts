/** Size of one image, in pixels. */
export interface ImageShape {
  height: number
  width: number
  channels: number
  channelOrder: 'interleaved' | 'planar'
}

/** One class with how sure the model is of it. */
export interface Score {
  /** The class's text. */
  label: string
  /** The class's place among `classifier.classes`. */
  index: number
  /** 0..1. */
  probability: number
}

/** What the model says of one image: the best class, and the `top` best ones in falling order. */
export interface Classification extends Score {
  top: Score[]
}

/** Results for many images without an object per row. */
export interface Predictions {
  /** Class index of each row. */
  labels: Uint16Array
  /** `rows × classes`, row after row. */
  probabilities: Float32Array
}

/** A device that was tried, why it is not used, and what would help. */
export interface Attempt {
  device: string
  error: string
  fix?: string
}

/** How pictures became the pixels that the model was trained on; others have to be prepared in the same way. */
export interface Preparation {
  /** Height and width. */
  size: readonly [height: number, width: number]
  resize: 'contain' | 'cover' | 'stretch'
  color: 'grey' | 'rgb'
  /** Grey value 0..255. */
  background: number
}

/** Where a classifier runs, whatever runtime is behind it. */
export interface Classifier {
  /** The device in use: `cpu`, `wasm`, … */
  readonly device: string
  /** The devices tried before it, with reasons. */
  readonly attempts: readonly Attempt[]
  readonly classes: readonly string[]
  readonly shape: ImageShape
  /** Pixel values may be 0..maxValue. */
  readonly maxValue: number
  /** Where the model was trained on pictures. */
  readonly preparation?: Preparation
  /** Classifies one image of raw pixels (`height × width × channels` bytes). */
  classify(pixels: Uint8Array | Uint8ClampedArray, options?: { top?: number }): Promise<Classification>
  /** Classifies many: an array of images, or one array that holds whole images one after the other. */
  classifyMany(
    images: Uint8Array | Uint8ClampedArray | readonly (Uint8Array | Uint8ClampedArray)[],
    options?: { top?: number },
  ): Promise<Classification[]>
  /** The same as typed arrays, for tables: `pixels` holds whole images one after the other. */
  predict(
    pixels: Uint8Array,
    options?: { signal?: AbortSignal; onProgress?: (rows: number) => void },
  ): Promise<Predictions>
  /** Releases the model. Classifying after that is an error. */
  close(): Promise<void>
}
