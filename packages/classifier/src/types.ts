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

/** What is known of a model: its classes, the images it takes, and their largest pixel value (1..255). */
export interface ModelDescription {
  classes: readonly string[]
  shape: ImageShape
  maxValue: number
  /** There where pixels are 32-bit floats, taken as they are, and no bytes. */
  dataType?: 'float32'
  /** Where the model was trained on pictures. */
  preparation?: Preparation
  /** Who says the classes. */
  classesFrom?: ClassesFrom
}

/** What the caller says of a model that was not made by pixelrow; what is left out comes from its metadata or its graph. */
export interface ModelOptions {
  /** The text of each class, in the order of the scores. Default: what the file says, by its metadata or its graph, else `0`, `1`, … */
  classes?: readonly string[]
  /** Size of its images, where its input does not say it. The order of channels is that of the pixels that the classifier is given; default `interleaved`. */
  shape?: { height: number; width: number; channels?: number; channelOrder?: ImageShape['channelOrder'] }
  /** Order of the input's dimensions. Default: by where 1 or 3 stands. */
  layout?: 'NCHW' | 'NHWC'
  /** Order of the colours that the model takes; images are always given as red, green, blue. Default: metadata `Image.BitmapPixelFormat`, else `rgb`. */
  colors?: 'rgb' | 'bgr'
  /** A float input gets `(byte × scale − mean) / std`. Default: metadata `Image.NominalPixelRange`, else 1/255. */
  scale?: number
  /** One number, or one a channel. Default 0. */
  mean?: number | readonly number[]
  /** One number, or one a channel. Default 1. */
  std?: number | readonly number[]
  /** The output to take. Default: `probabilities`, else the first of floats. */
  output?: string
  /** Whether the output still needs a softmax. Default: whether its values on a test image add up to something else than 1. */
  softmax?: boolean
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

/** Why a device is not used, for programs. */
export type AttemptCode =
  /** Looking finds something missing that it needs, or finds software that plays a graphics card. */
  | 'missing'
  /** A model that the CPU runs in no time, or that gives it no scores to compare with. */
  | 'untried'
  /** No session, or none that runs. */
  | 'failed'
  /** It does not say what the CPU says. */
  | 'wrong'
  /** It is no faster than the CPU. */
  | 'slow'
  /** It failed while it was in use. */
  | 'lost'

/** A device that was tried, why it is not used, and what would help. */
export interface Attempt {
  device: string
  error: string
  fix?: string
  /** From @pixelrow/infer-node. */
  code?: AttemptCode
}

/** Raw pixel values: bytes 0..maxValue, or floats for a model that takes those (`dataType`). */
export type Pixels = Uint8Array | Uint8ClampedArray | Float32Array

/**
 * One image: raw pixels (`height × width × channels` values), a file's bytes (PNG, JPEG, WebP, GIF, BMP, and in Node TIFF), a path to one where there are files, or decoded red, green,
 * blue and alpha (a canvas's `ImageData`). Raw pixels are taken as they are, pictures are prepared.
 */
export type Image = Pixels | RgbaImage | string

/** How pictures become the model's pixels: a rule, or `digit`: a drawing or photograph of a digit to MNIST's form. Default: the rule in the model's metadata, else the whole picture on black. */
export type Prepare = Preparation | 'digit'

/** What is not raw pixels: a path, a file's bytes, a decoded picture, or whatever else `Pictures.open` knows. */
export type Picture = string | Uint8Array | RgbaImage | object

/** What a classifier can do with pictures that are not raw pixels; each runtime brings its own. */
export interface Pictures {
  /** The bytes of the file at a path. */
  read?(path: string): Promise<Uint8Array>
  /** A file's bytes, or a decoded picture, of an object that is neither: in a page, of a canvas. Undefined for what it does not know. */
  open?(source: object): Promise<Uint8Array | RgbaImage | undefined>
  /** Raw pixels of one image, made elsewhere: by a worker. Default: here. */
  prepare?(picture: Picture, how: Prepare | undefined): Promise<Uint8Array>
}

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

/** How calls are gathered into runs. */
export interface QueueOptions {
  /** Images of one run, 1 or more. Default 256, on a graphics card what suits it (1,024 of small images); 1 runs each image by itself. */
  maxBatch?: number
  /** How long an idle classifier waits for more images before a run that is not full, in milliseconds. Default 0: it never waits, but what comes during a run shares the next one. */
  maxDelayMs?: number
  /** Images that may wait; a further `classify` is refused with code `busy`. Default 4096. */
  maxQueue?: number
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
  /** There where the model takes 32-bit floats, in a `Float32Array`, and no bytes: then it takes no pictures. */
  readonly dataType?: 'float32'
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
