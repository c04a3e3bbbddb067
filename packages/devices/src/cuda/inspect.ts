import { statSync } from 'node:fs'
import { type Targets, targetsIn } from './fatbin.ts'
import type { Image, Read } from './image.ts'
import { withImage } from './open-image.ts'

/** What a provider's library says of itself. */
export interface Inspected {
  /** onnxruntime's version that it was built with; undefined where it says none, or several. */
  version: string | undefined
  targets: Targets
}

const known = new Map<string, Inspected | undefined>()

/**
 * Reads out of a provider's library what it was built with and for: its constants, 26 MB of 272, and the headers of its GPU code, once a
 * process. A version that is `expected` is told from others that stand beside it. Undefined for a file that is no library, or a damaged one.
 */
export function inspect(library: string, expected: string): Inspected | undefined {
  const { size, mtimeMs } = statSync(library)
  const key = `${library} ${size} ${mtimeMs} ${expected}`
  if (!known.has(key))
    known.set(
      key,
      withImage(library, (image, read) => ({
        version: versionIn(image, read, expected),
        targets: targetsIn(image, read),
      })),
    )
  return known.get(key)
}

/** The version is a constant of the provider, a text of its own between two NULs. */
function versionIn({ sections }: Image, read: Read, expected: string): string | undefined {
  const constants = sections.find(({ name }) => name === '.rodata')
  if (!constants) return undefined
  const bytes = read(constants.offset, constants.size)
  if (bytes.includes(`\0${expected}\0`)) return expected
  const found = new Set<string>()
  for (const [, version = ''] of bytes.toString('latin1').matchAll(/\0(1\.\d{1,3}\.\d{1,3})(?=\0)/g)) found.add(version)
  return found.size === 1 ? [...found][0] : undefined
}

/** The libraries that a library is loaded with; none for a file that is no library. */
export function neededBy(library: string): string[] {
  return withImage(library, ({ needed }) => needed) ?? []
}

/** CUDA's major version that the names of libraries tell: `libcudart.so.13`. */
export function cudaMajor(needed: readonly string[]): number | undefined {
  const found = needed.map((name) => /^libcudart\.so\.(\d+)/.exec(name)?.[1]).find(Boolean)
  return found === undefined ? undefined : Number(found)
}
