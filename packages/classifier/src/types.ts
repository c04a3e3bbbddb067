/// <reference lib="esnext.disposable" />
import type { Preparation, RgbaImage } from '@pixelrow/pixels'

export type { Preparation, RgbaImage } from '@pixelrow/pixels'

/** Size of one image, in pixels. */
export interface ImageShape {
  height: number
  width: number
  channels: number
  channelOrder: 'interleaved' | 'planar'
}

/**
 * Who says the classes of a model: the file's `metadata`; its `graph` (scikit-learn's converter writes them at an operator); the `caller`, by `model.classes`;
 * or nobody: then `numbering` has called them `0`, `1`, … in the order of the scores.
 */
export type ClassesFrom = 'metadata' | 'graph' | 'caller' | 'numbering'

/** One class with how sure the model is of it. */
export interface Score {
  /** The class's text. */
  label: string
  /** The class's place among `classifier.classes`. */
  index: number
  /** 0..1. */
  probability: number
}

/**
 * What the model says of one image: its class, and the `top` best ones in falling order. Where a file has labels of its own, its class stands first though
 * another one may have a larger score: support vector machines decide by other numbers.
 */
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

/** Raw pixel values, 0..maxValue. */
export type Pixels = Uint8Array | Uint8ClampedArray

/**
 * One image: raw pixels (`height × width × channels` bytes), a file's bytes (PNG, JPEG, WebP), a path to one where there are files, or decoded red, green,
 * blue and alpha (a canvas's `ImageData`). Raw pixels are taken as they are, pictures are prepared.
 */
export type Image = Pixels | RgbaImage | string

/** How pictures become the model's pixels: a rule, or `digit`: a drawing or photograph of a digit to MNIST's form. Default: the rule in the model's metadata, else the whole picture on black. */
export type Prepare = Preparation | 'digit'

/** What ends a call before its result is there. The caller is told at once; a run under way ends in the background. */
export interface CallOptions {
  signal?: AbortSignal
  /** Milliseconds after which the call is refused with a `ClassifierError` of code `deadline`. Default: none. */
  timeoutMs?: number
}

export interface ClassifyOptions extends CallOptions {
  /** Scores in a result, 1 or more. Default 3; all where the model has fewer classes. */
  top?: number
  prepare?: Prepare
}

/** A stream has no deadline: its signal ends it. */
export type ClassifyRowsOptions = Omit<ClassifyOptions, 'timeoutMs'>

export interface PredictRowsOptions {
  prepare?: Prepare
  signal?: AbortSignal
  /** Gives the pieces away: arrays that have their memory to themselves may be empty afterwards, as they move to a worker without a copy. Default false. */
  transfer?: boolean
}

export interface PredictOptions extends CallOptions {
  /** Told after each chunk how many rows are done. */
  onProgress?: (rows: number) => void
}

/** Where a classifier runs, whatever runtime is behind it. `More` are the images that its runtime knows besides: in a page, a canvas. */
export interface Classifier<More = never> {
  /** The device in use: `cpu`, `wasm`, … It may change where a device is lost. */
  readonly device: string
  /** The devices tried before it, with reasons. */
  readonly attempts: readonly Attempt[]
  readonly classes: readonly string[]
  /** Who says them; undefined where a runner of one's own does not tell. */
  readonly classesFrom?: ClassesFrom
  readonly shape: ImageShape
  /** Pixel values may be 0..maxValue. */
  readonly maxValue: number
  /** Where the model was trained on pictures. */
  readonly preparation?: Preparation
  /** Classifies one image. Concurrent calls share runs. */
  classify(image: Image | More, options?: ClassifyOptions): Promise<Classification>
  /** Classifies many: a list of images, or one array that holds whole raw images one after the other. */
  classifyMany(images: Pixels | readonly (Image | More)[], options?: ClassifyOptions): Promise<Classification[]>
  /** Classifies images as they come, in their order, in memory that does not grow: the source waits while results are not taken. An array of raw pixels may hold several images. */
  classifyRows(
    images: AsyncIterable<Image | More> | Iterable<Image | More>,
    options?: ClassifyRowsOptions,
  ): AsyncGenerator<Classification>
  /** `classifyMany` as typed arrays, for tables: `pixels` holds whole images one after the other. */
  predict(pixels: Pixels, options?: PredictOptions): Promise<Predictions>
  /**
   * `classifyRows` as typed arrays: one result for each piece of the source, whose memory must not change until then.
   */
  predictRows(
    pieces: AsyncIterable<Image | More> | Iterable<Image | More>,
    options?: PredictRowsOptions,
  ): AsyncGenerator<Predictions>
  /** Waits for what was asked for, then releases the model. Classifying after that is an error. */
  close(): Promise<void>
  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
