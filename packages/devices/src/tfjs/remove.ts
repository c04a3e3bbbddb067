import { cacheFolder } from '@pixelrow/files'
import { builtRules, check } from '../options.ts'
import { removeFolder } from '../setup/removal.ts'
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
  await removeFolder(folder)
  return builds
}
