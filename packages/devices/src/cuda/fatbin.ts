import type { Image, Read } from './image.ts'

/** The GPUs that a build has code for, as compute capabilities times ten: 75 is 7.5, 120 is 12.0. */
export interface Targets {
  /** Machine code, which runs on this capability and on later ones of the same major number. */
  sass: number[]
  /** Code that the driver compiles, for this capability and all later ones. */
  ptx: number[]
}

/** Where CUDA's compiler puts GPU code. */
const section = '.nv_fatbin'
const containerMark = 0xba55ed50
const [ptx, sass] = [1, 2]

/**
 * The GPUs that a library has code for. Of the section with GPU code only the headers are read: containers, each a header and entries, each with
 * a header that says kind, capability and length.
 */
export function targetsIn({ sections }: Image, read: Read): Targets {
  const found = new Map([ptx, sass].map((kind) => [kind, new Set<number>()]))
  for (const { name, offset, size } of sections) {
    if (name !== section) continue
    for (let at = offset; at + 16 <= offset + size; ) {
      const header = read(at, 16)
      if (header.readUInt32LE(0) !== containerMark) at += 8
      else at = entriesIn(read, at, header, (kind, capability) => found.get(kind)?.add(capability))
    }
  }
  const sorted = (kind: number) => [...(found.get(kind) ?? [])].sort((a, b) => a - b)
  return { sass: sorted(sass), ptx: sorted(ptx) }
}

/** Goes through a container's entries, and gives the place after it. */
function entriesIn(read: Read, start: number, header: Buffer, add: (kind: number, capability: number) => void): number {
  const first = start + header.readUInt16LE(6)
  const end = first + Number(header.readBigUInt64LE(8))
  for (let at = first; at + 32 <= end; ) {
    const entry = read(at, 32)
    add(entry.readUInt16LE(0), entry.readUInt32LE(28))
    const length = entry.readUInt32LE(4) + Number(entry.readBigUInt64LE(8))
    if (length === 0) throw new RangeError('an entry without a length')
    at += length
  }
  return Math.max(end, start + 16)
}

/** Whether a build has code for a GPU of a compute capability, such as `9.0`. */
export function hasCodeFor({ sass, ptx }: Targets, capability: string): boolean {
  const [major = 0, minor = 0] = capability.split('.').map(Number)
  const wanted = major * 10 + minor
  const fits = (target: number) => target <= wanted && Math.floor(target / 10) === major
  return sass.some(fits) || ptx.some((target) => target <= wanted)
}

/** Targets as words: `7.5, 8.0, 9.0`. */
export const shownTargets = ({ sass, ptx }: Targets): string =>
  [...sass.map(shown), ...ptx.map((target) => `${shown(target)} and later`)].join(', ')

const shown = (target: number): string => (target / 10).toFixed(1)
