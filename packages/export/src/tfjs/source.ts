import { isA } from '../../../../common/kinds.ts'
import { short } from '../../../../common/short.ts'
import { systemReason } from '../../../../common/system.ts'
import { type Bounds, bytesWithin, fetchWithin } from '../../../../common/within.ts'
import { ExportError, sourceError } from '../error.ts'
import { isZip, readZip } from './zip.ts'

/** A file picked in a page, or read by other means. Only the end of the name counts, so a path may stand before it. */
export interface TfjsFile {
  name: string
  bytes: Uint8Array
}

/** A file as a page's file input or a drop gives it; the browser's own `File` fits. */
export interface PickedFile {
  name: string
  arrayBuffer(): Promise<ArrayBuffer>
}

/** A live model of tfjs: LayersModel, Sequential or GraphModel. */
export interface TfjsModel {
  save(handler: { save(artifacts: TfjsArtifacts): Promise<SaveResult> }): Promise<unknown>
}

/** What a model of tfjs gives to whoever saves it; tfjs' own `io.ModelArtifacts` fits. */
export interface TfjsArtifacts {
  modelTopology?: unknown
  weightSpecs?: unknown
  weightData?: ArrayBuffer | ArrayBuffer[]
  signature?: unknown
  format?: string
}

interface SaveResult {
  modelArtifactsInfo: { dateSaved: Date; modelTopologyType: 'JSON' }
}

/**
 * Where a model comes from: a live one; a path or URL of its model.json, its folder or its zip; a zip's bytes; a zip that was picked, or
 * files, a page's `FileList` among them. A path needs Node; in a page a text is a URL.
 */
export type TfjsSource =
  | TfjsModel
  | string
  | URL
  | Uint8Array
  | PickedFile
  | Iterable<TfjsFile | PickedFile>
  | ArrayLike<TfjsFile | PickedFile>

/** The files of a model, wherever they lie. */
export interface Files {
  /** What errors call the model. */
  name: string
  model: Uint8Array
  /** A file beside model.json; undefined where there is none. */
  read(path: string): Promise<Uint8Array | undefined>
}

/** Opens the files of a model. Throws an `ExportError` where there is no model.json. */
export async function openFiles(source: Exclude<TfjsSource, TfjsModel>, bounds: Bounds = {}): Promise<Files> {
  if (isA(source, 'Uint8Array')) return fromZip(source, 'zip')
  if (typeof source !== 'string' && !isA(source, 'URL')) return fromList(await readAll(source))
  const fs = globalThis.process?.getBuiltinModule?.('node:fs/promises')
  const local = !/^(https?|blob|data):/.test(String(source))
  return local && fs ? fromPath(source, fs) : fromUrl(String(source), bounds)
}

/** The type `FileList` says that it is like an array, and not that it can be iterated. */
function readAll(source: PickedFile | Iterable<TfjsFile | PickedFile> | ArrayLike<TfjsFile | PickedFile>) {
  const files = 'arrayBuffer' in source ? [source] : Array.from(source)
  return Promise.all(
    files.map(async (file): Promise<TfjsFile> => {
      return 'bytes' in file && isA(file.bytes, 'Uint8Array') ? file : readPicked(file as PickedFile)
    }),
  )
}

async function readPicked(file: PickedFile): Promise<TfjsFile> {
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }
}

type FileSystem = typeof import('node:fs/promises')

async function fromPath(source: string | URL, fs: FileSystem): Promise<Files> {
  const { fileURLToPath } = globalThis.process.getBuiltinModule('node:url')
  const path = String(source).startsWith('file:') ? fileURLToPath(source) : String(source)
  const unread = (name: string) => (cause: unknown) => {
    throw sourceError(`${short(name)}: cannot be read: ${systemReason(cause)}.`, { cause })
  }
  const folder = (await fs.stat(path).catch(unread(path))).isDirectory()
  const file = folder ? `${path.replace(/[\\/]+$/, '')}/model.json` : path
  const model = new Uint8Array(await fs.readFile(file).catch(unread(file)))
  if (isZip(model)) return fromZip(model, path)
  const beside = file.replace(/[^\\/]*$/, '')
  const read = async (name: string) => {
    const place = `${beside}${inside(name)}`
    const bytes = await fs.readFile(place).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return undefined
      return unread(place)(cause)
    })
    return bytes && new Uint8Array(bytes)
  }
  return { name: file, model, read }
}

async function fromUrl(source: string, bounds: Bounds): Promise<Files> {
  const page = (globalThis as { document?: { baseURI?: string } }).document?.baseURI
  const url = new URL(source, page)
  if (url.pathname.endsWith('/')) url.pathname += 'model.json'
  const { response, bytes } = await get(url, bounds)
  if (!bytes) throw sourceError(`${url}: the server says ${response.status} ${response.statusText}.`)
  if (isZip(bytes)) return fromZip(bytes, url.href)
  const read = async (name: string) => {
    const place = new URL(inside(name), url)
    // What is a name on a disk may lead out of the folder in an address: %2e is a dot there.
    if (place.origin !== url.origin || !place.pathname.startsWith(new URL('.', url).pathname)) outside(name)
    // What the address asks for (`?tfjs-format=file`) holds for the files beside it too.
    place.search = url.search
    return (await get(place, bounds)).bytes
  }
  return { name: url.href, model: bytes, read }
}

/** An answer, with its bytes where it is a success. */
async function get(place: URL, { maxBytes = 2 ** 31, stallTimeout = 60_000 }: Bounds) {
  const exceeded = (option: keyof Bounds, limit: number) => {
    const what = option === 'maxBytes' ? `more than ${limit} bytes` : `nothing for ${Math.ceil(limit / 1000)} s`
    const message = `${place}: the server sends ${what}, the limit of ${option}.`
    return new ExportError(message, { code: 'EXPORT_FETCH_LIMIT', params: { option, limit } })
  }
  const fetched = await fetchWithin(place, { maxBytes, stallTimeout, exceeded }).catch((cause: unknown) => {
    if (cause instanceof ExportError) throw cause
    throw sourceError(`${place}: no answer from the server, or another origin without CORS.`, { cause })
  })
  const { response } = fetched
  if (response.ok) return { response, bytes: await bytesWithin(fetched) }
  await fetched.chunks.return?.()
  return { response, bytes: undefined }
}

async function fromZip(bytes: Uint8Array, name: string): Promise<Files> {
  if (!isZip(bytes))
    throw sourceError(`${name}: expected a zip, found something else. Pass files as [{ name, bytes }].`)
  const { names, read } = readZip(bytes, name)
  return fromNames(names, read, name)
}

function fromList(files: readonly TfjsFile[]): Promise<Files> {
  const [only, ...more] = files
  if (only && more.length === 0 && isZip(only.bytes)) return fromZip(only.bytes, only.name)
  const byName = new Map(files.map((file) => [file.name.replaceAll('\\', '/'), file.bytes]))
  return fromNames([...byName.keys()], async (name) => byName.get(name)!, 'files')
}

async function fromNames(
  names: readonly string[],
  read: (name: string) => Promise<Uint8Array>,
  label: string,
): Promise<Files> {
  const json = names.filter((name) => /\.json$/i.test(name) && !/(^|\/)(metadata|package|manifest)\.json$/i.test(name))
  const exact = json.filter((name) => /(^|\/)model\.json$/.test(name))
  const [file, ...others] = exact.length ? exact : json
  if (file === undefined) throw sourceError(`${label}: no model.json among ${describe(names)}.`)
  if (others.length)
    throw sourceError(`${label}: several models, ${describe([file, ...others])}. Pass the files of one.`)
  const folder = file.replace(/[^/]*$/, '')
  const find = (name: string) => {
    const wanted = inside(name)
    return names.find((each) => each === folder + wanted) ?? names.find((each) => each.split('/').at(-1) === wanted)
  }
  const beside = async (name: string) => {
    const found = find(name)
    return found === undefined ? undefined : read(found)
  }
  return { name: label === 'files' ? file : `${label}: ${file}`, model: await read(file), read: beside }
}

function describe(names: readonly string[]): string {
  const shown =
    names
      .slice(0, 8)
      .map((name) => short(name, 25))
      .join(', ') || 'nothing'
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown
}

/** A path that stays in the model's folder. */
function inside(path: string): string {
  const parts = path.split(/[\\/]/)
  // Addresses are read without control characters, and without spaces around them.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what makes one path another.
  const isOdd = /[\0-\x1f]|^\s|\s$/.test(path) || parts.at(-1) === '' || parts.at(-1) === '.'
  if (!isOdd && !/^([\\/]|[a-z][a-z\d+.-]*:)/i.test(path) && !parts.includes('..')) return path
  return outside(path)
}

function outside(path: string): never {
  throw sourceError(`model.json names a file outside its folder: ${JSON.stringify(short(path))}. It is refused.`)
}
