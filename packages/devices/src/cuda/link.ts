import { randomUUID } from 'node:crypto'
import { constants, lstatSync, readlinkSync } from 'node:fs'
import { copyFile, readlink, rename, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileErrorFrom } from '@pixelrow/files'
import { SetupError } from '../error.ts'
import type { Kept } from './keep.ts'
import { describes, manifestsIn } from './manifest.ts'
import { allParts, providerName } from './provider-names.ts'
import type { OnnxRuntime } from './runtime.ts'

/** Provider files beside a runtime: those that a set-up has placed, and others. */
export interface Beside {
  own: string[]
  foreign: string[]
}

/** Whose the provider files beside a runtime are, links that lead nowhere included. */
export function besides({ folder }: OnnxRuntime, cache: string): Beside {
  const files = allParts.map((part) => join(folder, providerName(part)))
  const there = files.filter((path) => lstatSync(path, { throwIfNoEntry: false }))
  const own = there.filter((path) => isOwn(path, cache))
  return { own, foreign: there.filter((path) => !own.includes(path)) }
}

/** A link into a cache is ours wherever that lies and whatever is there, and so is a copy of what the cache has. */
function isOwn(path: string, cache: string): boolean {
  const name = basename(path)
  if (!lstatSync(path).isSymbolicLink()) return manifestsIn(cache).some((manifest) => describes(manifest, name, path))
  const target = readlinkSync(path)
  return basename(target) === name && basename(dirname(dirname(dirname(target)))) === 'cuda'
}

/** Throws where files that are not ours are in the way: nobody knows what they are for. */
export function requireFree({ foreign }: Beside, { version }: OnnxRuntime, found: string): void {
  if (foreign.length === 0) return
  throw new SetupError(
    `${foreign.join(', ')}: expected no CUDA provider, or that of onnxruntime ${version}; found ${found}`,
    {
      code: 'DEVICES_PROVIDER_FOREIGN',
      params: { files: foreign, version, found },
      advice: `It was not placed by this set-up, so it stays. Remove it (${removal(foreign)}), and repeat the command.`,
    },
  )
}

/** The command that removes files. */
export const removal = (files: readonly string[]): string =>
  ['rm', ...files.map((file) => (/\s/.test(file) ? `"${file}"` : file))].join(' ')

/**
 * Places a provider beside a runtime's binaries: links to the cache, or copies where a link cannot be made. Gives those that were not there
 * already. An error leaves none.
 */
export async function place({ folder, manifest }: Kept, { folder: binaries }: OnnxRuntime): Promise<string[]> {
  const placed: string[] = []
  try {
    for (const { name } of manifest.files) {
      const [from, to] = [join(folder, name), join(binaries, name)]
      if ((await readlink(to).catch(() => undefined)) === from || describes(manifest, name, to)) continue
      placed.push(to)
      await placeOne(from, to)
    }
    return placed
  } catch (error) {
    for (const each of placed) await rm(each, { force: true }).catch(() => {})
    throw error
  }
}

/** Whatever was there is replaced in one step. */
async function placeOne(from: string, to: string): Promise<void> {
  const temporary = join(dirname(to), `.${basename(to)}.${randomUUID()}`)
  try {
    await symlink(from, temporary).catch((error: NodeJS.ErrnoException) => {
      if (!withoutLinks.has(error.code ?? '')) throw error
      return copyFile(from, temporary, constants.COPYFILE_FICLONE)
    })
    await rename(temporary, to)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw fileErrorFrom(error, { file: to, action: 'written' })
  }
}

/** What a file system without links says. */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'])
