import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { check, currentRules, inputRules, stateRules } from '../options.ts'
import { attempt, codeOf, explained } from '../reason.ts'
import type { FileRecord, FileState, Input, Manifest, Origin } from '../types.ts'
import { keyOf, manifestName, namesIn, statIfThere, storeName } from './store.ts'

/** A manifest's form; another is none. */
export const format = 1

/** Everything that is known of a folder's files, those that were written alone included; nothing of a folder in which nothing was written. */
export async function readManifest(folder: string): Promise<Manifest> {
  const all = await recordsIn(folder)
  return { files: Object.fromEntries([...all].map(([name, records]) => [name, records[0]!])) }
}

/** What is known of one of a folder's files: as `readManifest` has it, without reading about all the others. */
export async function recordOf(folder: string, name: string): Promise<FileRecord | undefined> {
  const [likely] = await likelyRecords(folder, name)
  return likely ?? (await recordsIn(folder)).get(name)?.[0]
}

/**
 * What a file is by what was written down of it. Equal size and time of change count as unchanged; where the time differs, and with `exact` always,
 * the bytes are compared.
 */
export async function stateOf(folder: string, name: string, options: { exact?: boolean } = {}): Promise<FileState> {
  check('stateOf', options, stateRules)
  const likely = await stateBy(join(folder, name), await likelyRecords(folder, name), options)
  if (likely === 'whole' || likely === 'absent') return likely
  return stateBy(join(folder, name), (await recordsIn(folder)).get(name) ?? [], options)
}

/**
 * Whether a folder's file need not be made again: it is whole (`stateOf`), and was made from `from`. Nobody's dates are compared with anybody else's:
 * inputs count by their bytes.
 */
export async function isCurrent(
  folder: string,
  name: string,
  options: { from: Origin; exact?: boolean },
): Promise<boolean> {
  check('isCurrent', options, currentRules)
  const { from, ...how } = options
  const record = await recordOf(folder, name)
  if (!record || canonical(record.from) !== canonical(from)) return false
  return (await stateBy(join(folder, name), [record], how)) === 'whole'
}

/** A file as what something is made from; `name` is what it is called, by default the path's last part. */
export async function inputOf(path: string, options: { name?: string } = {}): Promise<Input> {
  check('inputOf', options, inputRules)
  const { size, sha256 } = await sumOf(path)
  return { name: options.name ?? basename(path), size, sha256 }
}

/** What a file is by one of its records. */
async function stateBy(
  path: string,
  records: readonly FileRecord[],
  { exact = false }: { exact?: boolean } = {},
): Promise<FileState> {
  const stats = await statIfThere(path)
  if (!stats) return 'absent'
  if (records.length === 0 || !stats.isFile()) return 'foreign'
  const equals = records.filter(({ size }) => size === stats.size)
  if (equals.length === 0) return 'changed'
  if (!exact && equals.some(({ mtimeMs }) => mtimeMs === stats.mtimeMs)) return 'whole'
  const { sha256 } = await sumOf(path)
  return equals.some((record) => record.sha256 === sha256) ? 'whole' : 'changed'
}

/** What is known of a file where it is most likely to be: of many files in a folder, each may have a manifest. */
async function likelyRecords(folder: string, name: string): Promise<FileRecord[]> {
  const names = [{ key: keyOf(name) }, { key: '' }].map(manifestName)
  const all = await Promise.all(names.map((each) => recordsOf(join(folder, storeName, each))))
  return all.flatMap((files) => (Object.hasOwn(files, name) ? [files[name]!] : [])).sort(newestFirst)
}

const newestFirst = (a: FileRecord, b: FileRecord): number => (a.written < b.written ? 1 : -1)

/** What the manifests in a folder's store say of each name, the newest first. */
async function recordsIn(folder: string): Promise<Map<string, FileRecord[]>> {
  const store = join(folder, storeName)
  const all = new Map<string, FileRecord[]>()
  for (const name of await namesIn(store)) {
    if (!/^manifest(-[0-9a-f]{16})?\.json$/.test(name)) continue
    for (const [file, record] of Object.entries(await recordsOf(join(store, name))))
      all.set(file, [...(all.get(file) ?? []), record])
  }
  for (const records of all.values()) records.sort(newestFirst)
  return all
}

/** The records of one manifest; none where it is damaged or of another format: then its files are as good as foreign. */
export async function recordsOf(path: string): Promise<Record<string, FileRecord>> {
  try {
    const { format: found, files } = JSON.parse(await readFile(path, 'utf8'))
    if (found !== format || typeof files !== 'object' || files === null) return {}
    return Object.fromEntries(Object.entries<FileRecord>(files).filter(([, record]) => isRecord(record)))
  } catch (error) {
    if (codeOf(error) === undefined || codeOf(error) === 'ENOENT') return {}
    throw explained(error, { file: path, action: 'read' })
  }
}

const isRecord = (value: Partial<FileRecord> | null): boolean =>
  typeof value?.size === 'number' &&
  typeof value.mtimeMs === 'number' &&
  typeof value.sha256 === 'string' &&
  typeof value.written === 'string'

export const manifestText = (files: Manifest['files']): string => `${JSON.stringify({ format, files }, null, 1)}\n`

/** A file's size and SHA-256. */
export async function sumOf(path: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  const read = async () => {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>) {
      hash.update(chunk)
      size += chunk.length
    }
  }
  await attempt(read(), { file: path, action: 'read' })
  return { size, sha256: hash.digest('hex') }
}

/** Plain data as a text that is equal for equal data, in whatever order its keys came. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? ''
  )
}
