import type {
  Classifier as AnyClassifier,
  Image as AnyImage,
  ModelOptions,
  Prepare,
  QueueOptions,
} from '@pixelrow/classifier'

/** Where a page can run a model. */
export type Device = 'webgpu' | 'wasm'

/** Pictures that a page has. What a canvas, a video or a bitmap shows is read when it is classified; a Blob or File is a PNG, JPEG, WebP, GIF or BMP file. */
export type PictureSource =
  | Blob
  | HTMLCanvasElement
  | HTMLImageElement
  | HTMLVideoElement
  | ImageBitmap
  | OffscreenCanvas
  | VideoFrame

/** One image: raw pixels (`height × width × channels` bytes), a picture file's bytes, an `ImageData`, or any other picture that a page has. */
export type Image = Exclude<AnyImage, string> | PictureSource

/** A model in a page, with the methods that infer-node's has. */
export type Classifier = AnyClassifier<PictureSource>

/** How far a download is. */
export interface Progress {
  /** The model, or onnxruntime-web's `.wasm` file. */
  file: 'model' | 'wasm'
  /** Bytes that are there. */
  loaded: number
  /** Bytes in all; undefined where the server does not say, as with compressed answers. */
  total: number | undefined
}

/** Where onnxruntime-web's `.wasm` file is: a folder (ending in `/`), the exact URL, or both files' URLs. */
export type WasmPaths = string | { wasm?: string | URL; mjs?: string | URL }

/** What onnxruntime-web is told before it starts. It starts once a page: later calls cannot change it. */
export interface RuntimeOptions {
  /** Default: beside onnxruntime-web's JavaScript. The exact URL of the file without WebGPU keeps `auto` on WASM. */
  wasmPaths?: WasmPaths
  /** Threads, 1 or more. More than 1 takes effect only in a cross-origin isolated page. Default there: what the machine has, at most 4. */
  threads?: number
}

/** How far a model's download may go. */
export interface DownloadOptions {
  /** Most bytes of a model that comes from a URL. Default 2 GiB, which no ONNX file exceeds. */
  maxBytes?: number
  /** Milliseconds without a byte after which the connection to a URL counts as lost. Default 60,000. */
  stallTimeout?: number
}

/** How to open any ONNX file in a page. */
export interface OpenOptions extends RuntimeOptions, DownloadOptions {}

/** How to load a model into a page. */
export interface LoadOptions extends OpenOptions, QueueOptions {
  /**
   * One device, or several to try in this order. `auto`, the default, is WebGPU where there is a graphics card, else WASM. Software that plays one is far slower
   * than WASM: it is taken only where `webgpu` is asked for by name.
   */
  device?: 'auto' | Device | readonly Device[]
  /** Runs an empty image before `load` resolves. Default: on WebGPU, whose first run compiles shaders for a second or two. */
  warmup?: boolean
  /** Told of each part of a download that arrives. */
  onProgress?: (progress: Progress) => void
  /**
   * Keeps model and `.wasm` file in the browser's Cache API, so that the next visit needs no network for them. A model is kept by its URL until the text
   * given here is another one; `true` is a version too. Where there is no room or no Cache API it goes on without. Default false.
   */
  cache?: boolean | string
  /**
   * Runs everything in a worker, so that the page never waits. A function makes the worker: of a module that calls `serve()` of `@pixelrow/infer-web/worker`.
   * Default false.
   */
  worker?: boolean | (() => Worker)
  /** What is known of a model that was not made by pixelrow and does not say it itself. */
  model?: ModelOptions
  /** How pictures are prepared unless a call says otherwise. Default: the rule in the model's metadata, else the whole picture on black. */
  prepare?: Prepare
  /** Ends the download, and the loading between its steps. */
  signal?: AbortSignal
}
