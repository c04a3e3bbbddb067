import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cached } from '@pixelrow/files'
import { removeEmpty, removeFolder } from '../setup/removal.ts'
import { inspect } from './inspect.ts'
import { headOf, manifestIn, manifestName, type ProviderManifest, providersFolder } from './manifest.ts'
import { allParts, providerName } from './provider-names.ts'
import { another, type ProviderSource, requireSame, type Unpacking, type Wanted } from './source.ts'

/** A provider in the cache. */
export interface Kept {
  folder: string
  manifest: ProviderManifest
}

const keyOf = ({ version, commit }: Wanted): string => `cuda/${process.platform}-${process.arch}/${version}-${commit}`

/** The wanted provider if the cache has it, every file with the hash that was written down; what is damaged is removed. */
export async function keptProvider(cache: string, wanted: Wanted, signal?: AbortSignal): Promise<Kept | undefined> {
  const folder = join(cache, keyOf(wanted))
  const manifest = manifestIn(folder)
  if (!manifest) return undefined
  for (const { name, sha256 } of manifest.files)
    if ((await sha256Of(join(folder, name), signal)) !== sha256) {
      await removeFolder(folder)
      return undefined
    }
  return { folder, manifest }
}

/** How a provider comes into the cache. */
export interface Keeping extends Unpacking {
  cache: string
  wanted: Wanted
  /** Finds or fetches it; what it writes into the folder is removed. */
  source: (folder: string) => Promise<ProviderSource>
}

/** Puts a provider into the cache: it appears there when it is whole, was looked into and is the wanted one. An error leaves nothing. */
export async function keepProvider({ cache, wanted, source, ...job }: Keeping): Promise<Kept> {
  const make = async (partial: string) => {
    const fetched = join(partial, 'fetched')
    const from = await source(fetched)
    requireSame(wanted, from)
    await from.unpack(partial, job)
    await rm(fetched, { recursive: true, force: true })
    await writeFile(
      join(partial, manifestName),
      JSON.stringify(await manifestFor(partial, from, { wanted, ...job }), undefined, 2),
    )
  }
  try {
    const folder = await cached(keyOf(wanted), make, { folder: cache })
    return { folder, manifest: manifestIn(folder)! }
  } finally {
    await removeEmpty([providersFolder(cache), dirname(providersFolder(cache))])
  }
}

async function manifestFor(
  folder: string,
  { file, version, commit, cuda }: ProviderSource,
  { wanted, signal }: { wanted: Wanted; signal: AbortSignal | undefined },
): Promise<ProviderManifest> {
  const about = inspect(join(folder, providerName('cuda')), version)
  if (about?.version !== version)
    throw another(wanted, file, `a provider of ${about?.version ?? 'an unknown version'} in it`)
  const files: ProviderManifest['files'] = []
  for (const name of allParts.map(providerName)) {
    const [path, head] = [join(folder, name), headOf(join(folder, name))]
    if (!head) continue
    files.push({ name, ...head, sha256: await sha256Of(path, signal) })
    // Who copies onto a link to it would write into the cache.
    await chmod(path, 0o444)
  }
  return { version, commit, cuda, targets: about.targets, files }
}

/** A file's SHA-256; empty where it cannot be read. */
async function sha256Of(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const bytes of createReadStream(path, { signal, highWaterMark: 1 << 20 })) hash.update(bytes)
    return hash.digest('hex')
  } catch {
    signal?.throwIfAborted()
    return ''
  }
}
