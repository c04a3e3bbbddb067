import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { elfOf, type LibraryParts } from './images.ts'

/** The version and commit of the runtimes that tests make. */
export const [version, commit] = ['1.30.0', 'f2c39fe2f']

/** What onnxruntime says of its build, in its library. */
export const buildText = (of: string): string =>
  `ORT Build Info: git-branch=HEAD, git-commit-id=${of}, build type=Release`

/** An onnxruntime-node in a folder that is one in all but its code. Gives its entry and the folder of its binaries. */
export function writeRuntime(folder: string, { platform = process.platform, arch = process.arch } = {}) {
  const root = join(folder, 'node_modules/onnxruntime-node')
  const binaries = join(root, 'bin/napi-v6', platform, arch)
  const entry = join(root, 'dist/index.js')
  mkdirSync(binaries, { recursive: true })
  mkdirSync(dirname(entry), { recursive: true })
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'onnxruntime-node', version }))
  writeFileSync(entry, '')
  writeFileSync(join(binaries, 'libonnxruntime.so.1'), elfOf({ texts: [buildText(commit)] }))
  return { entry, binaries }
}

/** NVIDIA's libraries that the provider of onnxruntime 1.30.0 is loaded with. */
export const needed = ['libcublasLt.so.13', 'libcublas.so.13', 'libcurand.so.10', 'libcudart.so.13', 'libcuda.so.1']

/** The files of a provider for Linux by name, as small libraries. */
export function providerFiles(parts: LibraryParts = {}): Record<string, Buffer> {
  const code = [75, 80, 90, 120].map((capability) => [2, capability] as const)
  const cuda = elfOf({ needed: [...needed, 'libc.so.6'], texts: ['text', version, 'another'], code, ...parts })
  const shared = elfOf({ needed: ['libc.so.6'], salt: parts.salt ?? '' })
  return { 'libonnxruntime_providers_shared.so': shared, 'libonnxruntime_providers_cuda.so': cuda }
}

/** Writes files into a folder, which is made. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, data] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), data)
  }
}
