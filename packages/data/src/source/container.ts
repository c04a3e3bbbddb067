import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { isA } from '../../../../common/kinds.ts'
import { isPictureName } from '../../../../common/pictures.ts'
import type { ReadOptions, TableSource } from '../types.ts'
import { inflateInNode, pathOf } from './file.ts'
import { allBytes, openSource } from './source.ts'

/** Where a zip is: at a path, or in memory. */
export type ZipBytes = string | Uint8Array | Blob

/** A folder or a zip, with its name in errors; of a folder `only` one picture may be meant. */
export type Container =
  | { name: string; folder: string; only?: string; zip?: undefined }
  | { name: string; folder?: undefined; zip: ZipBytes }

/** The folder, zip or picture that a source is; undefined where it is none of them, or not there at all. Streams are not looked into. */
export async function containerOf(source: TableSource, options: ReadOptions): Promise<Container | undefined> {
  const path = pathOf(source)
  if (path !== undefined) return onDisk(path, options.name ?? path)
  const name = options.name ?? 'input'
  if (isA(source, 'ArrayBuffer')) source = new Uint8Array(source)
  if (isA(source, 'Uint8Array')) return isZip(source) ? { name, zip: source } : undefined
  if (isA(source, 'Blob', 'File')) {
    return isZip(new Uint8Array(await source.slice(0, 4).arrayBuffer())) ? { name, zip: source } : undefined
  }
  if (typeof source !== 'string' && !isA(source, 'URL')) return undefined
  if (!/\.(zip|npz)$/i.test(new URL(source).pathname)) return undefined
  const zip = await allBytes(await openSource(source, options, inflateInNode))
  return { name: options.name ?? String(source), zip }
}

/** On this thread: handing five small tasks to another takes as long as reading megabytes. */
function onDisk(path: string, name: string): Container | undefined {
  // What is wrong with a path is said where it is read as a file.
  try {
    const stats = statSync(path)
    if (stats.isDirectory()) return { name, folder: path }
    if (!stats.isFile()) return undefined
    if (isPictureName(path)) return { name, folder: dirname(path), only: basename(path) }
    return /\.zip$/i.test(path) || isZip(firstBytes(path)) ? { name, zip: path } : undefined
  } catch {
    return undefined
  }
}

function firstBytes(path: string): Uint8Array {
  const fd = openSync(path, 'r')
  try {
    const start = new Uint8Array(4)
    readSync(fd, start)
    return start
  } finally {
    closeSync(fd)
  }
}

/** `PK` with the number of a file's header, or of the end of an empty zip. */
function isZip([p, k, three, four]: Uint8Array): boolean {
  return p === 0x50 && k === 0x4b && ((three === 3 && four === 4) || (three === 5 && four === 6))
}
