import { uint64, viewOf } from './bytes.ts'
import { damagedZip, downloadAgain, FileError } from './error.ts'
import type { Input } from './source.ts'

/** Where the central directory lies. */
export interface DirectoryPlace {
  start: number
  /** The first byte after it. */
  end: number
  /** Entries it says it has. */
  count: number
  /** The count is the last 16 bits of the true one, perhaps. */
  shortCount: boolean
  /** Bytes before the zip that its offsets do not count. */
  shift: number
  comment: Uint8Array
}

const [localHeader, centralHeader, endRecord] = [0x04034b50, 0x02014b50, 0x06054b50]
const [endRecord64, locator64] = [0x06064b50, 0x07064b50]
const [endSize, locatorSize, endSize64] = [22, 20, 56]
const longestComment = 0xffff
/** How much may follow the zip in the file. */
const longestRest = 0xffff
/** What looks like an end record may be a comment's or a stored zip's; nobody has so many by accident. */
const mostCandidates = 16

/**
 * Finds the directory from the end of the file: the end record that reaches the file's end, else the last one with something behind it.
 * Bytes in front (a self-extracting program) are counted out; both at once, in front and behind, is how a cut zip of zips looks.
 */
export async function findDirectory(input: Input): Promise<DirectoryPlace> {
  const length = Math.min(input.size, endSize + longestComment + longestRest + locatorSize + endSize64)
  const offset = input.size - length
  const tail = await input.read(offset, length)
  const candidates = endRecords(tail)
  if (candidates.length === 0) throw await notFound(input)
  let first: unknown
  for (const at of candidates.slice(0, mostCandidates)) {
    const found = await placeOf(input, offset, tail, at).catch((error: unknown) => {
      first ??= error
    })
    if (!found) continue
    // Whole, and so no end record by accident: what makes it doubtful makes each one after it doubtful too.
    if (found.place.shift > 0) await requirePlainPrefix(input, found.place.shift, found.rest)
    return found.place
  }
  throw first
}

/** Positions in the tail where an end record and its comment fit, those that reach the end first, then from back to front. */
function endRecords(tail: Uint8Array): number[] {
  const view = viewOf(tail)
  const found: { at: number; rest: number }[] = []
  for (let at = tail.length - endSize; at >= 0; at--) {
    if (tail[at] !== 0x50 || view.getUint32(at, true) !== endRecord) continue
    const rest = tail.length - (at + endSize + view.getUint16(at + 20, true))
    if (rest >= 0) found.push({ at, rest })
  }
  return [...found.filter(({ rest }) => rest === 0), ...found.filter(({ rest }) => rest > 0)].map(({ at }) => at)
}

interface EndRecord {
  /** Where the record begins: the directory ends there. */
  at: number
  disks: number[]
  counts: number[]
  size: number
  offset: number
}

interface Found {
  place: DirectoryPlace
  /** Bytes behind the end record and its comment. */
  rest: number
}

async function placeOf(input: Input, tailOffset: number, tail: Uint8Array, at: number): Promise<Found> {
  const view = viewOf(tail)
  const comment = tail.slice(at + endSize, at + endSize + view.getUint16(at + 20, true))
  const rest = tail.length - at - endSize - comment.length
  const record = await zip64(input, readEnd(view, at, tailOffset), view, at - locatorSize)
  requireOneDisk(input, record)
  const start = record.at - record.size
  const shift = start - record.offset
  if (shift < 0) {
    const problem = `its directory would begin at byte ${record.offset} and reach beyond its end record: the file is cut or damaged`
    throw damagedZip({ file: input.name, offset: tailOffset + at, problem, advice: downloadAgain })
  }
  const place = { start, end: record.at, count: record.counts[0]!, shift, comment }
  await requireDirectory(input, place)
  return { place: { ...place, shortCount: record.at === tailOffset + at }, rest }
}

function readEnd(view: DataView, at: number, tailOffset: number): EndRecord {
  return {
    at: tailOffset + at,
    disks: [view.getUint16(at + 4, true), view.getUint16(at + 6, true)],
    counts: [view.getUint16(at + 10, true), view.getUint16(at + 8, true)],
    size: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true),
  }
}

/** The same record with 64-bit numbers where a locator says that there is one; the numbers that both hold must agree. */
async function zip64(input: Input, short: EndRecord, tail: DataView, locatorAt: number): Promise<EndRecord> {
  if (locatorAt < 0 || tail.getUint32(locatorAt, true) !== locator64) return short
  const locator = short.at - locatorSize
  const problem = 'its zip64 end record is not where it should be: the file is damaged'
  const lost = damagedZip({ file: input.name, offset: locator, problem, advice: downloadAgain })
  // Bytes in front of the zip move it away from where the locator says.
  for (const at of [uint64(tail, locatorAt + 8), locator - endSize64]) {
    if (at < 0 || at + endSize64 > locator) continue
    const view = viewOf(await input.read(at, endSize64))
    if (view.getUint32(0, true) !== endRecord64) continue
    if (at + 12 + uint64(view, 4) !== locator) throw lost
    const long = readEnd64(view, at, tail.getUint32(locatorAt + 4, true))
    if (!agree(short, long)) throw lost
    return long
  }
  throw lost
}

const readEnd64 = (view: DataView, at: number, locatorDisk: number): EndRecord => ({
  at,
  disks: [view.getUint32(16, true), view.getUint32(20, true), locatorDisk],
  counts: [uint64(view, 32), uint64(view, 24)],
  size: uint64(view, 40),
  offset: uint64(view, 48),
})

function agree(short: EndRecord, long: EndRecord): boolean {
  const same = (a: number, b: number, unset: number) => a === b || a === unset
  return (
    same(short.counts[0]!, long.counts[0]!, 0xffff) &&
    same(short.size, long.size, 0xffffffff) &&
    same(short.offset, long.offset, 0xffffffff)
  )
}

function requireOneDisk({ name }: Input, { disks, counts }: EndRecord): void {
  if (disks.every((disk) => disk === 0) && counts[0] === counts[1]) return
  const problem = 'is one part of a zip that was split into several'
  const advice = 'Join the parts first: zip -s 0 PART.zip --out whole.zip.'
  throw new FileError({ code: 'FILES_ZIP_SPLIT', file: name, problem, advice })
}

/** A zip in front of the zip means a file that was cut inside a stored zip, or two files in one: no reading of it is sure. */
async function requirePlainPrefix(input: Input, shift: number, rest: number): Promise<void> {
  const begin = viewOf(await input.read(0, 4)).getUint32(0, true)
  if (begin !== localHeader && rest === 0) return
  const problem = `is cut, or two files in one: the only whole zip in it begins at byte ${shift}`
  throw damagedZip({ file: input.name, problem, advice: downloadAgain })
}

async function requireDirectory(input: Input, { start, end, count }: Omit<DirectoryPlace, 'shortCount'>) {
  const isEmpty = count === 0 && start === end
  const fits = count > 0 && end - start >= 46
  if (isEmpty || (fits && viewOf(await input.read(start, 4)).getUint32(0, true) === centralHeader)) return
  const problem = `no directory of ${count} entries where its end record says: the file is damaged`
  throw damagedZip({ file: input.name, offset: start, problem, advice: downloadAgain })
}

/** Says what the file is instead of a whole zip. */
async function notFound(input: Input): Promise<FileError> {
  const begin = await input.read(0, Math.min(input.size, 8))
  const text = String.fromCharCode(...begin)
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x07\x08'))
    return damagedZip({ file: input.name, problem: 'the file is cut: its end is missing', advice: downloadAgain })
  const found = kinds.find(([magic]) => text.startsWith(magic))?.[1] ?? 'something else'
  const what = text === '' ? 'an empty file' : /^\s*<[!?a-z]/i.test(text) ? 'a web page: look what it says' : found
  const about = { params: { found: what }, file: input.name, advice: 'Check the file.' }
  return new FileError({ code: 'FILES_ZIP_NONE', ...about, problem: `expected a zip, found ${what}` })
}

const kinds = [
  ['\x1f\x8b', 'a gzip file: unpack it with gunzip'],
  ['7z\xbc\xaf', 'a 7z archive: unpack it with 7-Zip'],
  ['Rar!', 'a RAR archive: unpack it first'],
] as const
