import type { Preparation } from '@pixelrow/pixels'
import type { PixelValues } from '../../../common/values.ts'

export type { Preparation, RgbaImage } from '@pixelrow/pixels'
export type { PixelValues }

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
  /**
   * All pixels, row after row: `rows × height × width × channels` values; may be a view of a slightly larger buffer. Bytes are 0..maxValue; floats are any finite
   * numbers, such as 0..1, −1..1 or standardised ones, and reach a model as they are.
   */
  pixels: PixelValues
  /** Number of images. */
  rows: number
  shape: ImageShape
  /** The maximum pixel value: bytes are 0..maxValue; 1 for floats, which are not scaled. */
  maxValue: number
  /** Class index of each row, into `classes`. */
  labels?: Uint16Array
  /** The text of each class: what the file says for label 0, 1, … */
  classes?: string[]
  /** The row's identifier, where the file has such a column; for pictures their paths in the folder. */
  ids?: string[]
  /** The texts of the columns that `keep` names, one for each row, by the name (or place) that it gives. */
  kept?: Readonly<Record<string, readonly string[]>>
  /** How pictures became these pixels: what inference has to do to a picture too. Tables of numbers have none. */
  preparation?: Preparation
}

/** What a table can be read from: a path or URL, bytes, or a stream of bytes. */
export type TableSource =
  | string
  | URL
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>

/** An image's size as an option: one channel unless said otherwise; the channel order is found out when left out. */
export interface ShapeOption {
  height: number
  width: number
  channels?: number
  channelOrder?: ImageShape['channelOrder']
}

/** A part of a data set: what to train on, to choose by, or to measure on. */
export type Part = 'train' | 'validation' | 'test'

/** How a table is read; everything left out is found out from the file. */
export interface ReadOptions {
  /** Label column: its name, its 0-based index (-1 is the last), or `false` for none; in an npz the name of the array. Default: `label`, `class` or `target` where the header has it. */
  label?: string | number | false
  /** Identifier column: name, index or `false`. Default: `id`, `ImageId` or `row_id` where the header has it. */
  id?: string | number | false
  /** What columns are where the file has them, such as by the header of a sample submission, or by a table of the same kind that was read before. */
  columns?: ColumnHints
  /** Names (or 0-based indices) of columns to leave out. */
  drop?: readonly (string | number)[]
  /** Names (or 0-based indices) of columns whose texts the table keeps, such as the writer of a digit: what `split` and `splitByColumn` go by. */
  keep?: readonly (string | number)[]
  /** Size of the images. Default: from the header's names, else a grey square, or the usual shape under which the pictures are clearly smoother. */
  shape?: ShapeOption
  /** Order of the channels in a row, over that of `shape`. Default: from the header's names, else the one that gives the smoother pictures. */
  channels?: ImageShape['channelOrder']
  /** Whether the first line holds names. Default: whether it holds anything that is not a number. */
  header?: boolean
  /** The maximum pixel value, 1..255; a pixel above it is an error. Default: the least of 1, 15, 16, 255 that holds every value. */
  maxValue?: number
  /** Values are fractions 0..1: `round(255 × value)` is kept and `maxValue` is 255. Default: only if `maxValue` is 1 and the file has fractions. */
  fractions?: boolean
  /**
   * What values are kept as: `uint8` whole numbers 0..maxValue, `float32` any numbers as they are. Default: `float32` for arrays and columns of floats that are no
   * such numbers, and for a CSV whose first row holds more fractions and negative numbers than others; `uint8` for all else, and with `maxValue` or `fractions`.
   */
  dataType?: 'uint8' | 'float32'
  /** Pictures are stored column after column (EMNIST): turn them. Default false. */
  transpose?: boolean
  /** The classes to map labels to, in order, by text or number; a label not among them is an error. Default: the labels found. */
  classes?: readonly string[]
  /** What reads the rows: `simd` (WebAssembly), `plain` JavaScript or `strict`, all with the same result. Default: the fastest that runs. */
  parser?: 'simd' | 'plain' | 'strict'
  /**
   * The labels of IDX images, of an `.npy` or an `.npz`: another such file, an `.npz` of one array (KMNIST); `label: false` reads the images alone. Of a folder or zip of pictures: a CSV with a
   * row for each picture, whose columns of file names and labels are found, or named by `id` and `label`; names may lack folders and endings.
   */
  labels?: TableSource
  /**
   * The label of a picture from its file name (without folders): what the first group of a regular expression matches, such as `^(\\w+)_\\d+`. At most 200
   * characters, and no repetition inside another one, which may take for ever.
   */
  labelFrom?: string | RegExp
  /** Leave out pictures that `labels` or `labelFrom` give no label, and rows of `labels` without a picture, in place of refusing them. Default false. */
  skipUnlabelled?: boolean
  /** Leave out so many pictures that cannot be read or decoded; more are refused, and so is a table of none else. Default 0. */
  skipBroken?: number
  /** Told the pictures that were left out, and why. */
  onBroken?: (broken: readonly { id: string; reason: string }[]) => void
  /** Which part of a folder, zip or npz that has `train`, `val` (`valid`, `validation`) and `test` in it; of a list the first that is there. Default: the training part. */
  part?: Part | readonly Part[]
  /** The file in a zip to read. Default: its only CSV, else the one named as `part`. In an npz the array of the images. */
  member?: string
  /** Height and width that pictures get; one number for squares. Default: the size that all of them have. */
  size?: number | readonly [height: number, width: number]
  /** How a picture of another aspect fits the size: `contain` leaves background around it, `cover` cuts it, `stretch` distorts it. Default `contain`. */
  resize?: Preparation['resize']
  /** Whether pictures have one channel or three. Default `grey` if all pictures are grey. */
  color?: Preparation['color']
  /** What is behind transparent pixels and around pictures: a grey value 0..255. Default 0. */
  background?: number
  /** Name of the source in errors. Default: the path or URL, else `input`. */
  name?: string
  /** Told what was decided without being asked for: a sentence each, and the same as data. */
  onNote?: (note: string, decision: Decision) => void
  /** Told what the columns of a CSV were taken for. */
  onLayout?: (layout: ColumnLayout) => void
  /**
   * Told the bytes of each file as they are read, to hash them, say: piece by piece and packed as they are, those of a picture in a folder at once, by its path
   * there. They are to be looked at before it returns. Of a file in a zip nothing is told.
   */
  onBytes?: (name: string, bytes: Uint8Array) => void
  /** Most bytes that a URL may give, unpacked. Default 8 GiB. */
  maxBytes?: number
  /** Most bytes unpacked from one that was packed, in gzip and zips, for what unpacks to more than 16 MiB. Default 200. */
  maxRatio?: number
  /** Milliseconds without a byte after which the connection to a URL counts as lost. Default 60,000. */
  stallTimeout?: number
  signal?: AbortSignal
}

/** What some columns are called, or where they stand: names count where the header has them, places from 0 where there is no header and the number of columns is right. */
export interface ColumnHints {
  /** Identifiers; of a list the first that is there. */
  id?: string | number | readonly (string | number)[]
  /** Labels; likewise. */
  label?: string | number | readonly (string | number)[]
  /** To be left out. */
  drop?: readonly (string | number)[]
  /** To be kept as texts, by name. */
  keep?: readonly string[]
}

/** A column: its place from 0, and its name where there is a header. */
export interface ColumnPlace {
  place: number
  name?: string
}

/** What the columns of a CSV were taken for. */
export interface ColumnLayout {
  /** The first line holds names. */
  header: boolean
  /** Columns in all. */
  columns: number
  label?: ColumnPlace
  id?: ColumnPlace
  /** Columns that were left out. */
  dropped: ColumnPlace[]
}

/** What was decided without being asked for. */
export interface Decision {
  /** The decision in words, without the options. */
  text: string
  /** The options that decide otherwise; empty where none does. */
  options: readonly (keyof ReadOptions)[]
}

/** What of this applies to pictures. `label: false` reads them without classes, `drop` names folders to leave out, `label` and `id` are columns of `labels`. */
export type PictureOptions = Pick<
  ReadOptions,
  | 'part'
  | 'size'
  | 'shape'
  | 'resize'
  | 'color'
  | 'background'
  | 'maxValue'
  | 'label'
  | 'id'
  | 'labels'
  | 'labelFrom'
  | 'skipUnlabelled'
  | 'skipBroken'
  | 'onBroken'
  | 'drop'
  | 'classes'
  | 'name'
  | 'onNote'
  | 'maxBytes'
  | 'maxRatio'
  | 'stallTimeout'
  | 'signal'
>

/** A picture's file: its path below the folder of all, with `/` (`webkitRelativePath`), and its bytes. A `File` is a blob. */
export interface PictureFile {
  name: string
  blob: Blob
}

/** How rows are read batch by batch. */
export interface RowOptions extends ReadOptions {
  /** Rows of a batch. Default 256. */
  batch?: number
}

/** What a submission holds. */
export interface SubmissionRows {
  /** Class index of each row, or the texts themselves. */
  labels: Uint16Array | readonly string[]
  /** The text of each class; indices are written as they are without it. */
  classes?: readonly string[]
  /** Default `firstId`, and one more for each row. */
  ids?: readonly string[]
  /** The first row's number where there are no ids. Default 1. */
  firstId?: number
  /** Names of the two columns. Default `['ImageId', 'Label']`. */
  header?: readonly [string, string]
}
