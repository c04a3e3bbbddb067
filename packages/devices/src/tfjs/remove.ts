import { randomUUID } from 'node:crypto'
import { readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cacheFolder, fileErrorFrom } from '@pixelrow/files'
import { builtRules, check } from '../options.ts'
import { allBuilt, buildsFolder } from './built.ts'
import type { BuiltOptions, TfjsBuild } from './types.ts'

/**
 * Removes every tfjs-node that `setupTfjs` has built, with what a killed set-up has left: at once for whoever looks, then from the disk.
 * Returns those that were usable on this machine; nothing there is no error. Throws a FileError where the folder cannot be removed.
 */
export async function removeTfjs(options: BuiltOptions = {}): Promise<TfjsBuild[]> {
  check('removeTfjs', options, builtRules)
  const { cache = cacheFolder() } = options
  const folder = buildsFolder(cache)
  const builds = allBuilt(cache)
  try {
    await rename(folder, join(dirname(folder), `.tfjs.${randomUUID()}.removed`)).catch(unlessMissing)
    for (const name of await readdir(dirname(folder)).catch(() => []))
      if (/^\.tfjs\..*\.removed$/.test(name)) await rm(join(dirname(folder), name), { recursive: true })
  } catch (error) {
    throw fileErrorFrom(error, { file: folder, action: 'removed' })
  }
  return builds
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
