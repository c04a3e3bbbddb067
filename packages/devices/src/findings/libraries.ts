import { delimiter, join } from 'node:path'
import { below, isLibrary, textOf } from './files.ts'

/** The folders that Linux's loader knows without its cache. */
const usual = ['/lib', '/usr/lib', '/lib64', '/usr/lib64']

const triplets: Partial<Record<NodeJS.Architecture, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }

/**
 * The path of a shared library, such as `libvulkan.so.1`, found as Linux's loader finds it, without loading it: LD_LIBRARY_PATH, the
 * loader's cache, the usual folders. Undefined where there is none for this processor.
 */
export const findLibrary = (name: string, root: string): string | undefined => libraryFinder(root)(name)

/** The same for several libraries: the loader's cache is read once. */
export function libraryFinder(root: string): (name: string) => string | undefined {
  const listed = foldersIn(process.env.LD_LIBRARY_PATH)
  const triplet = triplets[process.arch]
  const debian = triplet ? [`/lib/${triplet}`, `/usr/lib/${triplet}`] : []
  const folders = [...debian, ...usual].map((folder) => below(root, folder))
  let cache: string[] | undefined
  return (name) => {
    const fromCache = () => {
      cache ??= cachedPaths(root)
      return cache.filter((path) => path.endsWith(`/${name}`)).map((path) => below(root, path))
    }
    return libraryIn(listed, name) ?? fromCache().find(isLibrary) ?? libraryIn(folders, name)
  }
}

/** The first of the folders' libraries of this name that is one for this processor. */
export function libraryIn(folders: readonly string[], name: string): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isLibrary)
}

/** The folders of a variable that lists some. */
export const foldersIn = (variable: string | undefined): string[] => (variable ?? '').split(delimiter).filter(Boolean)

/** The paths that the loader's cache has. Its strings are read, whatever the version of its tables. */
const cachedPaths = (root: string): string[] =>
  (textOf(below(root, '/etc/ld.so.cache'))?.split('\0') ?? []).filter((text) => text.startsWith('/'))
