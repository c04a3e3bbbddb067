import {
  type Decode,
  decodeFile,
  isGrey,
  openDecoder,
  PixelsError,
  pictureType,
  prepare,
  type RgbaImage,
} from '@pixelrow/pixels'
import type { Open } from '../csv/read.ts'
import { DataError, type DataErrorDetail } from '../error.ts'
import { tell } from '../note.ts'
import { requireFit } from '../source/checked.ts'
import type { PictureOptions, PixelTable, Preparation, ReadOptions } from '../types.ts'
import { type Arranged, arranged, counted, listed } from './folders.ts'
import { type Plan, planOf, requireSameSize } from './preparation.ts'

/** Files to find pictures among. */
export interface Pictures {
  /** Name of the source in errors. */
  file: string
  /** Where the folder is, where it is one on disk. */
  path?: string
  /** Paths below the root, with `/`. */
  paths: readonly string[]
  /** Folders below the root, where they are known, so that empty ones are noticed. */
  folders: readonly string[]
  /** Opens a table of labels. */
  open?: Open
  /** All bytes of a file. */
  bytes(index: number): Promise<Uint8Array<ArrayBuffer>>
}

/** Pictures that are read and decoded at a time. */
const AT_ONCE = 4

/** The table of all pictures, each prepared alike, in the order of their paths. */
export async function tableOfPictures(source: Pictures, options: PictureOptions): Promise<PixelTable> {
  options.signal?.throwIfAborted()
  await requirePictureOptions(source.file, options)
  // What is wrong with the options is said before any file is looked at.
  planOf(options)
  try {
    const { pictures, labels, classes } = await meantIn(source, options)
    const { decoded, ...table } = await tableOfRows(source, pictures, await openedDecoder(source.file), options)
    return { ...table, ...(labels && classes && { labels: labels.filter((_, row) => decoded[row]), classes }) }
  } catch (error) {
    throw await convertible(error, source)
  }
}

/** Refuses options that pictures do not take: columns are those of a table of labels. */
export async function requirePictureOptions(file: string, { label, id, ...options }: ReadOptions): Promise<void> {
  const columns =
    options.labels === undefined ? { ...(label !== undefined && { label }), ...(id !== undefined && { id }) } : {}
  await requireFit(file, ['pictures'], { ...options, ...columns })
}

/** The pictures that are meant, with their labels: by their folders, by a table of labels, or by their names. */
export async function meantIn(source: Pictures, options: PictureOptions): Promise<Arranged> {
  const { file, paths, folders, path = '', open } = source
  const { label, labels, labelFrom } = options
  if (label === false || (labels === undefined && labelFrom === undefined))
    return arranged(file, paths, folders, options)
  const { pictures } = arranged(file, paths, folders, { ...options, label: false })
  // Apart, as most pictures lie in the folders of their classes.
  const { indexed, labelsByName, labelsByTable } = await import('./labels.ts')
  const named = { file, root: path, ids: pictures.map(({ index }) => paths[index]!) }
  const table =
    labels === undefined ? undefined : await (await import('../csv/texts.ts')).textsOf(await open!(labels, options))
  const texts = table ? labelsByTable(named, table, options) : labelsByName(named, labelFrom!, options)
  const some = pictures.filter((_, index) => texts[index] !== undefined)
  const known = texts.filter((text) => text !== undefined)
  return { pictures: some, ...indexed(table?.file ?? file, known, options) }
}

/** Pictures of kinds that are not read, by their names. */
const UNREAD = /\.(avif|hei[cf]|ico|jp2|jxl|p[bgnp]m|pcx|psd|tga)$/i

/** An error for lack of pictures that can be read, with the command that makes them readable where that is all they need. */
export async function convertible(error: unknown, { path, paths }: Pictures): Promise<unknown> {
  if (!(error instanceof DataError) || path === undefined) return error
  const isLack = error.code === 'DATA_PICTURES_NONE' || error.code === 'DATA_CLASS_FOLDER_EMPTY'
  const isBroken = error.code === 'DATA_PICTURE_BROKEN' && error.params.unread === true
  if (!isBroken && !(isLack && paths.some((each) => UNREAD.test(each)))) return error
  const command = (await import('../source/kinds.ts')).picturesCommand(path)
  const { code, params, sentence: problem } = error
  const advice = `Make PNG of them, in another folder: ${command}`
  return new DataError({ code, params: { ...params, command }, problem, advice } as DataErrorDetail, { cause: error })
}

/** The table of some of the pictures, in the order in which they are named. */
export async function tableOfRows(
  source: Pictures,
  pictures: Arranged['pictures'],
  decode: Decode,
  options: PictureOptions,
): Promise<PixelTable & { decoded: readonly boolean[] }> {
  const { file } = source
  const { skipBroken = 0, onBroken, onNote } = options
  const sink = pictureSink(file, pictures.length, planOf(options), options)
  const broken: { id: string; reason: string }[] = []
  const decoded: boolean[] = []
  let unread = true
  const open = ({ index }: { index: number }) => opened(source, index, decode)
  for await (const result of inOrder(pictures, AT_ONCE, open, options.signal)) {
    const { id } = pictures[decoded.length]!
    decoded.push(!('reason' in result))
    if ('reason' in result) {
      broken.push({ id, reason: result.reason })
      unread &&= result.isPicture
    } else sink.add(decoded.length - 1 - broken.length, id, result)
  }
  if (broken.length > 0) {
    const texts = broken.map(({ id, reason }) => `${id} (${reason})`)
    const words = `${broken.length} of ${counted(decoded.length, 'picture')} cannot be decoded`
    const params = { pictures: decoded.length, broken: texts, unread }
    const about = { params, file, problem: `${words}: ${listed(texts, '')}`, advice: 'Replace or remove them.' }
    if (broken.length > skipBroken || broken.length === decoded.length)
      throw new DataError({ code: 'DATA_PICTURE_BROKEN', ...about })
    onBroken?.(broken)
    tell(onNote, `left out: ${words}: ${texts.join(', ')}`)
  }
  return { ...sink.table(), ids: pictures.filter((_, row) => decoded[row]).map(({ id }) => id), decoded }
}

/** Why there is no picture, and whether it is one of a kind that is not read. */
interface Broken {
  reason: string
  isPicture: boolean
}

/** A picture, or why there is none. */
async function opened(source: Pictures, index: number, decode: Decode): Promise<RgbaImage | Broken> {
  const bytes = await source.bytes(index).catch((error: Error) => error.message)
  if (typeof bytes === 'string') return { reason: bytes, isPicture: false }
  const decoded = await decodeFile(bytes, decode)
  if (typeof decoded !== 'string') return decoded
  const kind = pictureType(bytes) ? undefined : (await import('../source/kinds.ts')).kindOfBytes(bytes)
  return { reason: kind?.what ?? decoded, isPicture: kind?.isPicture === true }
}

/** Where the decoder is missing, the error says why and what to install. */
export async function openedDecoder(file: string): Promise<Decode> {
  return openDecoder().catch((cause: unknown) => {
    if (!(cause instanceof PixelsError && cause.code === 'PIXELS_DECODER_MISSING')) throw cause
    const [name, reason] = [String(cause.params.package), String(cause.params.reason)]
    const problem = `pictures are decoded by the package ${name}, which ${reason}`
    const about = { params: { package: name, reason }, file, problem, advice: `Run: npm i ${name}` }
    throw new DataError({ code: 'DATA_DECODER_MISSING', ...about }, { cause })
  })
}

/** Puts pictures into one array of pixels, which gets three channels when the first coloured one comes. */
function pictureSink(file: string, rows: number, plan: Plan, { onNote }: PictureOptions) {
  let size = plan.size
  let first: { name: string; height: number; width: number } | undefined
  let coloured: string | undefined
  let channels = plan.color === 'rgb' ? 3 : 1
  let pixels: Uint8Array | undefined
  let count = 0
  return {
    add(row: number, name: string, image: RgbaImage): void {
      const { width, height } = image
      first ??= { name, width, height }
      if (!plan.size) requireSameSize(file, first, { name, width, height })
      size ??= [height, width]
      const area = size[0] * size[1]
      pixels ??= roomFor(file, rows * area * channels)
      if (!plan.color && channels === 1 && !isGrey(image)) {
        pixels = widened(pixels, roomFor(file, rows * area * 3), row * area)
        channels = 3
        coloured = name
      }
      const rule = { ...plan, size: [size[0], size[1]] as [number, number], color: colorOf(channels) }
      pixels.set(prepare(image, rule), row * area * channels)
      count = row + 1
    },
    table(): PixelTable {
      const [height, width] = size!
      if (!plan.color) tell(onNote, coloured ? `rgb: ${coloured} has colours` : 'grey: no picture has colours', 'color')
      const { resize, background } = plan
      const preparation = { size: [height, width] as [number, number], resize, color: colorOf(channels), background }
      const shape = { height, width, channels, channelOrder: 'interleaved' as const }
      const own = count === rows ? pixels! : pixels!.slice(0, count * height * width * channels)
      return { pixels: own, rows: count, shape, maxValue: 255, preparation }
    },
  }
}

const colorOf = (channels: number): Preparation['color'] => (channels === 1 ? 'grey' : 'rgb')

function roomFor(file: string, bytes: number): Uint8Array {
  try {
    return new Uint8Array(bytes)
  } catch (cause) {
    const problem = `its pictures take ${Math.ceil(bytes / 2 ** 20)} MiB, more than there is`
    const about = { params: { bytes }, file, problem, advice: 'Pass a smaller size.' }
    throw new DataError({ code: 'DATA_MEMORY_EXCEEDED', ...about }, { cause })
  }
}

/** The first `count` grey pixels in three channels. */
function widened(grey: Uint8Array, room: Uint8Array, count: number): Uint8Array {
  for (let i = 0, at = 0; i < count; i++, at += 3) room.fill(grey[i]!, at, at + 3)
  return room
}

/** What `work` makes of each item, in their order, `atOnce` of them at a time. Ends at once when the signal says so. */
async function* inOrder<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
  signal: AbortSignal | undefined,
): AsyncGenerator<R> {
  const running: Promise<R>[] = []
  let abort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal?.reason)
  })
  aborted.catch(() => {})
  signal?.addEventListener('abort', abort, { once: true })
  try {
    for (let next = 0; next < items.length || running.length > 0; ) {
      while (next < items.length && running.length < atOnce) running.push(work(items[next++]!))
      yield await Promise.race([running.shift()!, aborted])
      signal?.throwIfAborted()
    }
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}
