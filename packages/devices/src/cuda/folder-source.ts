import { existsSync, statSync } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileErrorFrom } from '@pixelrow/files'
import { namesIn, textOf } from '../findings/files.ts'
import { commitOf } from './commit.ts'
import { cudaMajor, inspect, neededBy } from './inspect.ts'
import { describes, manifestIn, type ProviderManifest } from './manifest.ts'
import { allParts, neededParts, providerName } from './provider-names.ts'
import { another, type ProviderSource, type Unpacking, type Wanted } from './source.ts'
import { wheelSource } from './wheel-source.ts'

/**
 * Reads what provider a folder holds: a wheel of the wanted version; or what a wheel unpacks to, as Python's site-packages have it; or what another
 * machine's set-up has kept. Throws where it holds none, or one of which the commit cannot be told.
 */
export async function folderSource(folder: string, wanted: Wanted): Promise<ProviderSource> {
  const wheel = namesIn(folder).find((name) => name.startsWith(`onnxruntime_gpu-${wanted.version}-`) && isWheel(name))
  if (wheel) return wheelSource(join(folder, wheel), wanted)
  const places = ['', 'onnxruntime/capi', 'capi'].map((each) => join(folder, each))
  const place = places.find((each) => neededParts.every((part) => existsSync(join(each, providerName(part)))))
  if (!place) throw another(wanted, folder, `no ${neededParts.map(providerName).join(' and ')} in it`)
  const files = allParts.map((part) => join(place, providerName(part))).filter((path) => existsSync(path))
  return {
    ...{ file: folder, ...said(place, files, wanted) },
    bytes: files.reduce((sum, file) => sum + statSync(file).size, 0),
    unpack: (target, job) => copy(files, target, job),
  }
}

const isWheel = (name: string): boolean => name.endsWith('.whl')

/** What the manifest of another set-up says, else what stands in the libraries. */
function said(
  place: string,
  files: readonly string[],
  wanted: Wanted,
): Pick<ProviderManifest, 'version' | 'commit' | 'cuda'> {
  const manifest = manifestIn(place)
  if (manifest && files.every((path) => describes(manifest, basename(path), path))) return manifest
  const library = join(place, providerName('cuda'))
  const own = namesIn(place).find((name) => /^libonnxruntime\.so[\d.]*$/.test(name))
  const about = textOf(join(place, 'build_and_package_info.py')) ?? ''
  return {
    version: inspect(library, wanted.version)?.version ?? '',
    commit: (own && commitOf(join(place, own))) ?? '',
    cuda: /^cuda_version = '([\d.]+)'/m.exec(about)?.[1] ?? String(cudaMajor(neededBy(library)) ?? 'unknown'),
  }
}

async function copy(files: readonly string[], folder: string, { signal, onBytes }: Unpacking): Promise<void> {
  await mkdir(folder, { recursive: true })
  let bytes = 0
  for (const file of files) {
    signal?.throwIfAborted()
    const target = join(folder, basename(file))
    await copyFile(file, target).catch((error) => {
      throw fileErrorFrom(error, { file: target, action: 'written' })
    })
    bytes += statSync(target).size
    onBytes(bytes)
  }
}
