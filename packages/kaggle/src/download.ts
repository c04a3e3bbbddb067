import { createReadStream } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import {
  type Checksum,
  claim,
  FileError,
  download as fetchFile,
  fileErrorFrom,
  makeFolder,
  type Output,
  partsOf,
  readZip,
  type DownloadOptions as TransferOptions,
  unsafeName,
} from '@pixelrow/files'
import { ServiceError, UnknownFileError } from './errors.ts'
import type { Origin } from './origin.ts'
import { patienceOf, type Service } from './service.ts'
import type { Download, DownloadOptions } from './types.ts'
import { isZip, unpackAll, unpackOne } from './unpack.ts'

/** All files of a competition or data set, or one. */
export const download = (service: Service, origin: Origin, options: DownloadOptions = {}): Promise<Download> =>
  options.file === undefined
    ? downloadAll(service, origin, options)
    : downloadOne(service, origin, options.file, options)

/** All files, which come as one zip, unpacked or as it is. */
async function downloadAll(service: Service, origin: Origin, options: DownloadOptions): Promise<Download> {
  const { folder = '.', extract = true, overwrite = false, signal } = options
  const address = await addresses(service, origin, undefined, signal)
  const root = resolve(folder)
  const name = `${origin.name}.zip`
  const path = join(root, name)
  await using output = await claimFor(origin, { root, name }, options)
  let files = [path]
  const place = async (part: string) => {
    if (extract) files = await unpackAll(part, root, { name, overwrite, output, ...(signal && { signal }) })
    else {
      await (await readZip(part, { name })).close()
      await copy(part, name, output)
      await output.commit()
    }
  }
  const { bytes, resumedFrom } = await fetchFile(address, path, {
    ...transfer(service, name, options),
    overwrite: overwrite || extract,
    place,
  })
  return { files, bytes, resumedFrom }
}

/** One file, in the same sub-folder as there. Large ones come packed, which is known when they are here. */
async function downloadOne(
  service: Service,
  origin: Origin,
  name: string,
  options: DownloadOptions,
): Promise<Download> {
  const problem = unsafeName(name)
  if (problem)
    throw new FileError({ code: 'FILES_NAME_IMPOSSIBLE', file: name, problem: `cannot be downloaded: ${problem}` })
  const { folder = '.', overwrite = false, signal } = options
  const address = await addresses(service, origin, name, signal)
  const root = resolve(folder)
  await using output = await claimFor(origin, { root, name }, options)
  const path = join(root, ...name.split('/'))
  await makeFolder(dirname(path)).catch((error: unknown) => {
    throw fileErrorFrom(error, { file: dirname(path), action: 'created' })
  })
  const { bytes, resumedFrom } = await fetchFile(address, path, {
    ...transfer(service, name, options),
    overwrite,
    place: async (part) => {
      if (!name.endsWith('.zip') && (await isZip(part))) await unpackOne(part, name, output, signal)
      else await copy(part, name, output)
      await output.commit()
    },
  })
  return { files: [path], bytes, resumedFrom }
}

/**
 * The folder is nobody else's from the first byte on: the part lies there too, and goes with the commit that puts what it held in place, so that a
 * kill leaves none behind.
 */
async function claimFor(
  { title }: Origin,
  { root, name }: { root: string; name: string },
  { overwrite = false, signal }: DownloadOptions,
): Promise<Output> {
  const parts = partsOf(name)
  const isOurs = (path: string) => parts.some((part) => path.endsWith(join(sep, part)))
  const output = await claim(root, { by: `download of ${title}`, force: overwrite, isOurs, signal })
  for (const part of parts) output.remove(part)
  return output
}

/** Writes what a part holds as it is. */
async function copy(part: string, name: string, output: Output): Promise<void> {
  await output.write(name, createReadStream(part, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>)
}

/** A source of addresses that expire: the first is asked for now, so that a refusal comes before anything is written. */
async function addresses(
  service: Service,
  origin: Origin,
  file: string | undefined,
  signal: AbortSignal | undefined,
): Promise<() => Promise<string>> {
  const ask = async () => {
    try {
      const { location } = await origin.ask(file, { signal })
      const url = location && URL.canParse(location, service.baseUrl) && new URL(location, service.baseUrl)
      if (url && /^https?:$/.test(url.protocol)) return url.href
      const problem = `Kaggle gave no address for the download from ${origin.title}.`
      throw new ServiceError(problem, { status: 200, reason: '' })
    } catch (error) {
      throw await refusal(origin, error, file)
    }
  }
  let first: string | undefined = await ask()
  return async () => {
    const url = first ?? (await ask())
    first = undefined
    return url
  }
}

/** A 404 may be about the file: then the names that exist help. */
async function refusal(origin: Origin, error: unknown, file: string | undefined): Promise<unknown> {
  const isMissing = error instanceof ServiceError && error.status === 404 && file !== undefined
  const names = isMissing ? await namesIn(origin) : undefined
  if (file === undefined || !names) return origin.explain(error)
  return names.includes(file) ? error : new UnknownFileError(origin.title, file, names)
}

/** The names of all files; undefined where there are none to see. */
const namesIn = (origin: Origin): Promise<string[] | undefined> =>
  origin.files().then(
    (files) => files.map(({ name }) => name),
    () => undefined,
  )

function transfer(service: Service, name: string, { maxBytes, signal, onProgress }: DownloadOptions): TransferOptions {
  const { stallTimeout } = service.options
  return {
    ...patienceOf(service, signal),
    ...(stallTimeout !== undefined && { stallTimeout }),
    ...(maxBytes !== undefined && { maxBytes }),
    name,
    fetch: service.fetch,
    checksum: googleHash,
    ...(onProgress && { onProgress: (progress) => onProgress({ name, ...progress }) }),
  }
}

/** Google's storage says `x-goog-hash: crc32c=…, md5=…`; for files put together from parts there is no MD5. */
function googleHash(headers: Headers): Checksum | undefined {
  const hashes = headers.get('x-goog-hash') ?? ''
  for (const algorithm of ['md5', 'crc32c'] as const) {
    const value = new RegExp(`(?:^|[,\\s])${algorithm}=([A-Za-z0-9+/]+=*)`).exec(hashes)?.[1]
    if (value) return { algorithm, value }
  }
  return undefined
}
