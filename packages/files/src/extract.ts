import { lstat, mkdir } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isA } from '../../../common/kinds.ts'
import { replaceFile, syncFolder } from './atomic.ts'
import { requireReadable } from './entry.ts'
import { FileError } from './error.ts'
import { partsOf, unsafeOnWindows } from './names.ts'
import { check, extractRules } from './options.ts'
import { makeFolder } from './owned/store.ts'
import { openZip } from './readzip.ts'
import { attempt, codeOf } from './reason.ts'
import type { ExtractOptions, Zip, ZipEntry, ZipSource } from './types.ts'
import { requireTotal } from './zip.ts'

/** What was unpacked. */
export interface Extracted {
  /** Paths of the files, in the zip's order. */
  files: string[]
  bytes: number
}

interface Target {
  entry: ZipEntry
  path: string
}

/**
 * Unpacks a zip into a folder, which is made if it is missing. Everything that can be refused is refused before anything is written; each
 * file then appears whole or not at all, its CRC-32 checked. Nothing is written outside of the folder, nor through links inside it.
 * Permissions and times of the zip are not kept. Throws a FileError that names zip, entry or file and says what to do.
 */
export async function extractZip(
  source: ZipSource,
  folder: string | URL,
  options: ExtractOptions = {},
): Promise<Extracted> {
  check('extractZip', options, extractRules)
  const { filter = () => true, overwrite = false, signal } = options
  const root = resolve(isA(folder, 'URL') ? fileURLToPath(folder) : folder)
  signal?.throwIfAborted()
  const zip = await openZip(source, options)
  try {
    const wanted = zip.entries.filter((entry) => filter(entry))
    const targets = wanted.map((entry) => ({ entry, path: join(root, ...partsOf(entry.name)) }))
    const files = targets.filter(({ entry }) => !entry.directory)
    requireWritable(zip.name, targets, files, options)
    await requireFree(zip.name, files, overwrite)
    const paths = files.map(({ path }) => path)
    const { write } = options
    if (write)
      return { files: paths, bytes: await writeAll(zip, files, ({ entry }, data) => write(entry.name, data), options) }
    const ensure = folderMaker(root)
    await ensure(root)
    for (const { entry, path } of targets) if (entry.directory) await ensure(path)
    const put: Put = async ({ path }, data) => {
      await ensure(dirname(path))
      await replaceFile(path, path, data, { signal })
    }
    const bytes = await writeAll(zip, files, put, options)
    for (const each of ensure.made) await syncFolder(each)
    return { files: paths, bytes }
  } finally {
    await zip.close()
  }
}

/** What can be known to fail without writing: entries that cannot be read, too much in all, names this system cannot have. */
function requireWritable(file: string, all: Target[], files: Target[], options: ExtractOptions): void {
  const paths = new Set<string>()
  for (const { entry, path } of all) {
    const fail = (problem: string) =>
      new FileError({ code: 'FILES_NAME_IMPOSSIBLE', file, entry: entry.name, problem, advice: 'Unpack it elsewhere.' })
    if (!entry.directory) requireReadable(file, entry, options)
    if (process.platform !== 'win32' && process.platform !== 'darwin') continue
    const bad = process.platform === 'win32' ? partsOf(entry.name).map(unsafeOnWindows).find(Boolean) : undefined
    if (bad) throw fail(bad)
    const folded = path.normalize('NFC').toLowerCase()
    if (paths.has(folded)) throw fail('differs from another name in case only')
    paths.add(folded)
  }
  requireTotal(file, sumOf(files), options)
}

const sumOf = (targets: Target[]) => targets.reduce((sum, { entry }) => sum + entry.size, 0)

/** Refuses what is in the way: any file unless it may be replaced, and a folder always. */
async function requireFree(file: string, targets: Target[], overwrite: boolean): Promise<void> {
  for (const { entry, path } of targets) {
    const there = await lstat(path).catch(() => undefined)
    if (!there || (overwrite && !there.isDirectory())) continue
    const problem = there.isDirectory() ? `${path} is there already, and is a folder` : `${path} is there already`
    const choice = there.isDirectory() ? 'Remove it' : 'Pass overwrite: true to replace it'
    const advice = `Nothing was written. ${choice}, or choose another folder.`
    const about = { params: { path }, file, entry: entry.name, problem, advice }
    throw new FileError({ code: 'FILES_EXISTS', ...about, exists: true })
  }
}

/** Makes a folder below the root with all above it, each once; a link in their place would lead elsewhere and is refused. */
function folderMaker(root: string) {
  const made = new Set<string>()
  const make = async (path: string): Promise<void> => {
    if (made.has(path)) return
    const action = { file: path, action: 'created' } as const
    if (path === root) await attempt(makeFolder(root), action)
    else {
      await make(dirname(path))
      await attempt(mkdir(path).catch(unlessThere), action)
      if (!(await attempt(lstat(path), action)).isDirectory()) throw inTheWay(root, path)
    }
    made.add(path)
  }
  return Object.assign(make, { made })
}

function unlessThere(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error
}

function inTheWay(root: string, path: string): FileError {
  const problem = `cannot be created: there is a file or a link ${relative(root, path).replaceAll(sep, '/')} in ${root}`
  const advice = 'Remove it, or choose another folder.'
  return new FileError({ code: 'FILES_IN_THE_WAY', params: { path }, file: path, problem, advice })
}

/** Puts a file's content into its place. */
type Put = (target: Target, data: AsyncIterable<Uint8Array>) => Promise<unknown>

async function writeAll(zip: Zip, files: Target[], put: Put, options: ExtractOptions): Promise<number> {
  const { signal, onProgress } = options
  const totalBytes = sumOf(files)
  let [done, bytes] = [0, 0]
  for (const target of files) {
    const { entry } = target
    const report = () => onProgress?.({ entry: entry.name, files: done, totalFiles: files.length, bytes, totalBytes })
    async function* counted() {
      for await (const chunk of zip.open(entry, signal && { signal })) {
        yield chunk
        bytes += chunk.length
        report()
      }
    }
    await put(target, counted())
    done++
    report()
  }
  return bytes
}
