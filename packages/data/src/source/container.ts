import { open, stat } from 'node:fs/promises'
import type { ZipSource } from '@pixelrow/files'
import type { ReadOptions, TableSource } from '../types.ts'
import { inflateInNode, pathOf } from './file.ts'
import { allBytes, openSource } from './source.ts'

/** A folder or a zip, with its name in errors. */
export type Container =
  | { name: string; folder: string; zip?: undefined }
  | { name: string; folder?: undefined; zip: ZipSource }

/** The folder or zip that a source is; undefined where it is neither, or not there at all. Streams are not looked into. */
export async function containerOf(source: TableSource, options: ReadOptions): Promise<Container | undefined> {
  const path = pathOf(source)
  if (path !== undefined) return onDisk(path, options.name ?? path)
  const name = options.name ?? 'input'
  if (source instanceof ArrayBuffer) source = new Uint8Array(source)
  if (source instanceof Uint8Array) return isZip(source) ? { name, zip: source } : undefined
  if (source instanceof Blob) {
    return isZip(new Uint8Array(await source.slice(0, 4).arrayBuffer())) ? { name, zip: source } : undefined
  }
  if (typeof source !== 'string' && !(source instanceof URL)) return undefined
  if (!/\.zip$/i.test(new URL(source).pathname)) return undefined
  const zip = await allBytes(await openSource(source, options, inflateInNode))
  return { name: options.name ?? String(source), zip }
}

async function onDisk(path: string, name: string): Promise<Container | undefined> {
  // What is wrong with a path is said where it is read as a file.
  const stats = await stat(path).catch(() => undefined)
  if (stats?.isDirectory()) return { name, folder: path }
  if (!stats?.isFile()) return undefined
  if (/\.zip$/i.test(path)) return { name, zip: path }
  const handle = await open(path).catch(() => undefined)
  const start = new Uint8Array(4)
  await handle?.read(start).finally(() => handle.close())
  return isZip(start) ? { name, zip: path } : undefined
}

/** `PK` with the number of a file's header, or of the end of an empty zip. */
function isZip([p, k, three, four]: Uint8Array): boolean {
  return p === 0x50 && k === 0x4b && ((three === 3 && four === 4) || (three === 5 && four === 6))
}
