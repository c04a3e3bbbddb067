import { open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { isA } from '../../../common/kinds.ts'
import { FileError } from './error.ts'
import { nodeCodec } from './inflate.ts'
import { check, zipRules } from './options.ts'
import { attempt } from './reason.ts'
import { exactly, fileSource, type Input, inputOf } from './source.ts'
import type { Zip, ZipOptions, ZipSource } from './types.ts'
import { zipOf } from './zip.ts'

/**
 * Opens a zip: reads its directory, never the whole file. Stored and deflated entries, zip64, data descriptors, comments, bytes in front or
 * behind are read; anything that could be read in two ways or do harm (`..`, absolute names, links, duplicates, overlaps) is refused.
 * Throws a FileError that says what is wrong. Close it when done.
 */
export async function readZip(source: ZipSource, options: ZipOptions = {}): Promise<Zip> {
  check('readZip', options, zipRules)
  return openZip(source, options)
}

/** The same where the options have been looked at, perhaps with others. */
export async function openZip(source: ZipSource, options: ZipOptions): Promise<Zip> {
  const input = await openInput(source, options.name)
  try {
    return await zipOf(input, nodeCodec, options)
  } catch (error) {
    await input.close()
    throw error
  }
}

async function openInput(source: ZipSource, name: string | undefined): Promise<Input> {
  if (typeof source !== 'string' && !isA(source, 'URL')) return inputOf(source, name ?? 'zip')
  const path = isA(source, 'URL') ? fileURLToPath(source) : source
  const file = name ?? path
  const handle = await attempt(open(path, 'r'), { file, action: 'read' })
  const stats = await attempt(handle.stat(), { file, action: 'read' })
  if (stats.isFile()) {
    const { size, read } = await fileSource(handle)
    const reported: typeof read = (offset, length) => attempt(read(offset, length), { file, action: 'read' })
    return exactly({ size, read: reported, close: () => handle.close() }, file)
  }
  await handle.close()
  const found = stats.isDirectory() ? 'a folder' : 'a device or a pipe'
  const about = { params: { found }, file, advice: 'Pass the path of the file.' }
  throw new FileError({ code: 'FILES_ZIP_NONE', ...about, problem: `expected a zip, found ${found}` })
}
