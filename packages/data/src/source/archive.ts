import { open } from 'node:fs/promises'
import { FileError, readZip, type Zip } from '@pixelrow/files'
import { isA } from '../../../../common/kinds.ts'
import { partWithin } from '../../../../common/parts.ts'
import { isPictureName, PICTURE_ENDINGS } from '../../../../common/pictures.ts'
import type { ArrayLabels } from '../arrays/array-table.ts'
import type { Npz } from '../arrays/npz.ts'
import { batchesOf, notCsv, type Open, tableOf } from '../csv/read.ts'
import { isSampleName } from '../csv/submission.ts'
import { DataError } from '../error.ts'
import { tell } from '../note.ts'
import { isHidden, listed, wantedPart } from '../pictures/folders.ts'
import { batchesOfPictures } from '../pictures/picture-batches.ts'
import { type Pictures, tableOfPictures } from '../pictures/picture-table.ts'
import type { Part, PixelTable, ReadOptions, RowOptions, TableSource } from '../types.ts'
import { requireFit } from './checked.ts'
import { containerOf, type ZipBytes } from './container.ts'
import { inflateInNode, openInNode, parquet } from './file.ts'
import { allBytes, type ByteSource, streamed } from './source.ts'

/** So many bytes of a file say what it is. */
const HEAD = 1 << 16

/** The table in a zip: of the CSV (or other file) that `member` or `part` names, or of the pictures in it. */
export async function tableOfZip(source: ZipBytes, options: ReadOptions): Promise<PixelTable> {
  const zip = await opened(source, options)
  try {
    if (areArrays(filesOf(zip))) return await tableOfArrays(zip, options)
    if (holdsPictures(zip, options)) return await tableOfPictures(picturesIn(zip, options), options)
    await requireZip(zip, source, options)
    const open: Open = async (from, how) => (from === source ? memberOf(zip, options) : openInNode(from, how))
    return await tableOf({ open, parquet }, source, options, 'zip')
  } catch (error) {
    throw explained(error, zip.name)
  } finally {
    await zip.close()
  }
}

/** The same table, batch by batch. */
export async function* batchesOfZip(source: ZipBytes, { batch, ...options }: RowOptions): AsyncGenerator<PixelTable> {
  const zip = await opened(source, options)
  try {
    if (areArrays(filesOf(zip))) notCsv(zip.name, 'npz')
    if (holdsPictures(zip, options)) return yield* batchesOfPictures(picturesIn(zip, options), { ...options, batch })
    await requireZip(zip, source, options)
    yield* batchesOf(async () => memberOf(zip, options), source, batch, options, 'zip')
  } catch (error) {
    throw explained(error, zip.name)
  } finally {
    await zip.close()
  }
}

/** Whether all files are arrays, as `numpy.savez` writes them. */
const areArrays = (names: readonly string[]): boolean => names.length > 0 && names.every((name) => /\.npy$/i.test(name))

/** The table of the arrays in an npz. */
async function tableOfArrays(zip: Zip, options: ReadOptions): Promise<PixelTable> {
  await requireFit(zip.name, ['npz'], options)
  const { tableOfNpz } = await import('../arrays/tables.ts')
  const { label, labels } = options
  const beside = labels === undefined || label === false ? undefined : await labelsIn(labels, zip.name, options)
  return tableOfNpz(arraysOf(zip, options), options, beside)
}

function arraysOf(zip: Zip, { signal }: ReadOptions): Npz {
  const files = new Map(filesOf(zip).map((name) => [name.replace(/\.npy$/i, ''), name]))
  const bytes = (name: string) => zip.bytes(files.get(name)!, signal ? { signal } : {})
  return { file: zip.name, names: [...files.keys()], bytes }
}

/** The labels of images in a file of their own: an npz of one array, `.npy` or IDX. */
async function labelsIn(labels: TableSource, images: string, options: ReadOptions): Promise<ArrayLabels> {
  const { numbersIn, onlyArray } = await import('../arrays/tables.ts')
  const { signal, onBytes } = options
  const how = { ...(signal && { signal }), ...(onBytes && { onBytes }) }
  const file = `labels of ${images}`
  const container = await containerOf(labels, how)
  if (!container?.zip) return { file, array: numbersIn(await allBytes(await openInNode(labels, how)), file) }
  const zip = await opened(container.zip, { name: file })
  try {
    return { file, array: await onlyArray(arraysOf(zip, how)) }
  } finally {
    await zip.close()
  }
}

/** Whether the pictures in a zip are the table, and no file that is named. */
const holdsPictures = (zip: Zip, { member }: ReadOptions): boolean =>
  member === undefined && filesOf(zip).some(isPictureName)

/** The bytes of the CSV in a zip; closing them closes the zip. */
export async function openMember(source: ZipBytes, options: ReadOptions): Promise<ByteSource> {
  const zip = await opened(source, options)
  try {
    await requireZip(zip, source, options, 'a CSV')
    const member = memberOf(zip, options)
    const close = () => member.close().finally(() => zip.close())
    return { ...member, close }
  } catch (error) {
    await zip.close()
    throw error
  }
}

async function opened(source: ZipBytes, { name, maxRatio }: ReadOptions): Promise<Zip> {
  const options = { ...(name !== undefined && { name }), ...(maxRatio !== undefined && { maxRatio }) }
  return readZip(source, options).catch(async (error: unknown) => {
    // By its name it is a zip; its first bytes may say that it is something else.
    const isNone = error instanceof FileError && error.code === 'FILES_ZIP_NONE'
    const { kindOfBytes, otherKind } = await import('./kinds.ts')
    const kind = isNone && kindOfBytes(await startOf(source), [])
    if (kind && kind.kind !== 'zip') throw new DataError(otherKind(kind, nameOf(source, name), 'a zip', pathOf(source)))
    throw explained(error, name)
  })
}

/** Refuses a zip that is a file of one of the kinds that are zips within, such as `.xlsx`. */
async function requireZip(
  zip: Zip,
  source: ZipBytes,
  { member }: ReadOptions,
  expected = 'a table of pixels',
): Promise<void> {
  const names = filesOf(zip)
  if (member !== undefined || names.some(isCsv)) return
  const { kindOfBytes, otherKind } = await import('./kinds.ts')
  const kind = kindOfBytes(await startOf(source), names)
  if (kind && kind.kind !== 'zip') throw new DataError(otherKind(kind, zip.name, expected, pathOf(source)))
}

const pathOf = (source: ZipBytes): string | undefined => (typeof source === 'string' ? source : undefined)
const nameOf = (source: ZipBytes, name: string | undefined): string => name ?? pathOf(source) ?? 'zip'

/** The first bytes of a zip, as far as a kind is told by them. */
async function startOf(source: ZipBytes): Promise<Uint8Array> {
  if (isA(source, 'Uint8Array')) return source
  if (typeof source !== 'string') return new Uint8Array(await source.slice(0, HEAD).arrayBuffer())
  const file = await open(source)
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(HEAD), 0, HEAD, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** All files but those that operating systems put in. */
function filesOf(zip: Zip): string[] {
  const names = zip.entries.filter(({ directory }) => !directory).map(({ name }) => name)
  return names.filter((name) => !name.split('/').some(isHidden))
}

const isCsv = (name: string): boolean => /\.csv(\.gz)?$/i.test(name)

function picturesIn(zip: Zip, { signal }: ReadOptions): Pictures {
  const paths = filesOf(zip)
  const folders = zip.entries.filter(({ directory }) => directory).map(({ name }) => name)
  const bytes = async (index: number) =>
    (await zip.bytes(paths[index]!, signal ? { signal } : {})) as Uint8Array<ArrayBuffer>
  // Labels may lie in the zip, too.
  const open: Open = async (from) => {
    const member = typeof from === 'string' && paths.find((path) => path === from || path.endsWith(`/${from}`))
    const how = signal ? { signal } : {}
    return member ? memberOf(zip, { ...how, member }) : openInNode(from, how)
  }
  return { file: zip.name, paths, folders, bytes, open }
}

function memberOf(zip: Zip, options: ReadOptions): ByteSource {
  const member = chosen(zip, options)
  const { signal, maxRatio } = options
  const chunks = throughErrors(zip.open(member, signal ? { signal } : {}), zip.name)
  return streamed(chunks, { name: `${zip.name}, ${member}`, inflate: inflateInNode, maxRatio })
}

/** The file that was named, the only CSV, or the one of the part. */
function chosen(zip: Zip, { member, part, onNote }: ReadOptions): string {
  const files = filesOf(zip)
  const file = zip.name
  if (member !== undefined) return named(file, files, member)
  const tables = files.filter(isCsv)
  if (tables.length === 0) {
    const advice = files.some((name) => /\.zip$/i.test(name)) ? { advice: 'Unpack it: there are zips inside it.' } : {}
    const expected = `a CSV or pictures (${PICTURE_ENDINGS})`
    const about = { params: { files }, file, expected, found: listed(files) || 'nothing' }
    throw new DataError({ code: 'DATA_ZIP_EMPTY', ...about, ...advice })
  }
  const rows = tables.length === 1 ? tables : tables.filter((name) => !isSampleName(name))
  const asked = typeof part === 'string'
  if (rows.length === 1 && !asked) return rows[0]!
  const ofPart = (one: Part) => rows.filter((name) => partWithin(name.slice(name.lastIndexOf('/') + 1)) === one)
  const wanted = wantedPart(part, (one) => ofPart(one).length > 0)
  const matching = ofPart(wanted)
  if (matching.length !== 1) {
    const [expected, found, advice] = [`one CSV named ${wanted}`, listed(tables), 'Pass member: its name.']
    const params = { part: wanted, source: 'zip', names: tables } as const
    throw new DataError({ code: 'DATA_PART_UNCLEAR', params, file, expected, found, advice })
  }
  if (!asked) tell(onNote, `read ${matching[0]}`, 'member', 'part')
  return matching[0]!
}

/** A file by its path in the zip, or by its name where only one has it. */
function named(file: string, files: string[], member: string): string {
  const found = files.includes(member) ? [member] : files.filter((name) => name.endsWith(`/${member}`))
  if (found.length === 1) return found[0]!
  const some = found.length > 0 ? found : files
  const params = { member, files: some }
  throw new DataError({
    code: 'DATA_MEMBER_MISSING',
    params,
    file,
    expected: `one file ${member}`,
    found: listed(some),
  })
}

async function* throughErrors(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (error) {
    throw explained(error, file)
  }
}

/** An error about the zip as the one kind of error that there is here. */
function explained(error: unknown, name: string | undefined): unknown {
  if (!(error instanceof FileError)) return error
  const { code: reason, file = name, entry, problem, advice } = error
  const [params, where] =
    entry === undefined ? [{ reason }, ''] : [{ reason, entry }, `entry ${JSON.stringify(entry)}: `]
  const about = { ...(file !== undefined && { file }), problem: `${where}${problem}`, ...(advice && { advice }) }
  return new DataError({ code: 'DATA_ZIP_UNREADABLE', params, ...about }, { cause: error })
}
