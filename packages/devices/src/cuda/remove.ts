import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder, fileErrorFrom } from '@pixelrow/files'
import { namesIn } from '../findings/files.ts'
import { check, removeCudaRules } from '../options.ts'
import { removeFolder } from '../setup/removal.ts'
import { besides } from './link.ts'
import { runtimeAt } from './runtime.ts'
import type { RemoveCudaOptions } from './types.ts'

/**
 * Removes what `setupCuda` has placed beside an onnxruntime-node and everything that it keeps in the cache, NVIDIA's packages there included. What
 * others have placed stays. Gives the paths that were removed; nothing there is no error. Throws a FileError where something cannot be
 * removed, and a SetupError where `runtime` is no onnxruntime-node.
 */
export async function removeCuda(options: RemoveCudaOptions): Promise<string[]> {
  check('removeCuda', options, removeCudaRules)
  const { cache = cacheFolder(), runtime } = options
  const { own } = besides(runtimeAt(runtime), cache)
  for (const file of own)
    await rm(file, { force: true }).catch((error) => {
      throw fileErrorFrom(error, { file, action: 'removed' })
    })
  const folder = join(cache, 'cuda')
  const wasThere = namesIn(folder).length > 0
  await removeFolder(folder)
  return [...own, ...(wasThere ? [folder] : [])]
}
