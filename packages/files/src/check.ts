import type { Located } from './directory.ts'
import { damagedZip, FileError, quoted } from './error.ts'
import { partsOf, unsafe } from './names.ts'

const minimalHeader = 30
const [typeMask, regular, folder, link] = [0xf000, 0x8000, 0x4000, 0xa000]

/** Refuses a directory whose entries could do harm or be read in two ways: unsafe names, links, duplicates, overlaps. Sets the limits. */
export function checkEntries(file: string, all: Located[], directoryStart: number): void {
  for (const located of all) requireSafe(file, located)
  requireDistinct(file, all)
  limitEntries(file, all, directoryStart)
}

function requireSafe(file: string, { entry, mode }: Located): void {
  const type = mode & typeMask
  const special = type === link ? 'is a link' : 'is a device, a pipe or a socket'
  const isPlain = type === 0 || type === regular || type === folder
  const size = entry.directory && entry.size > 0 ? 'is a folder with bytes of its own' : undefined
  const problem = unsafe(entry.name) ?? (isPlain ? size : special)
  if (problem === undefined) return
  const advice = 'This zip is not safe to unpack, and nothing of it was read.'
  throw new FileError({ code: 'FILES_ZIP_UNSAFE', file, entry: entry.name, problem, advice })
}

function requireDistinct(file: string, all: Located[]): void {
  const files = new Set<string>()
  const seen = new Set<string>()
  const fail = (entry: string, problem: string) =>
    new FileError({ code: 'FILES_ZIP_AMBIGUOUS', file, entry, problem, advice: packAgain })
  for (const { entry } of all) {
    const path = partsOf(entry.name).join('/')
    if (seen.has(path)) throw fail(entry.name, 'is there twice')
    seen.add(path)
    if (!entry.directory) files.add(path)
  }
  for (const path of seen) {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1))
      if (files.has(path.slice(0, at))) throw fail(path.slice(0, at), `is a file, and the folder of ${quoted(path)}`)
  }
}

const packAgain = 'Readers differ on such a zip: pack it again.'

/** Each entry ends where the next one begins; one that would need more shares bytes with it, as zip bombs do. */
function limitEntries(file: string, all: Located[], directoryStart: number): void {
  const ordered = all.toSorted((a, b) => a.start - b.start)
  for (const [i, located] of ordered.entries()) {
    const next = ordered[i + 1]
    located.limit = next ? next.start : directoryStart
    const { entry, start, rawName } = located
    if (start + minimalHeader + rawName.length + entry.compressedSize <= located.limit) continue
    const other = next ? `entry ${quoted(next.entry.name)}` : 'the directory'
    const problem = `overlaps with ${other}`
    throw damagedZip({
      file,
      entry: entry.name,
      offset: start,
      problem,
      advice: 'The file is damaged or a zip bomb.',
    })
  }
}
