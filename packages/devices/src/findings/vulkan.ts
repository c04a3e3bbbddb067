import { homedir } from 'node:os'
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path'
import { below, isLibrary, namesIn, textOf } from './files.ts'
import { findLibrary } from './libraries.ts'

/** Drivers that let the processor play a graphics card, by their libraries' names. */
const software: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/swiftshader/i, 'SwiftShader'],
  [/_lvp\b|lavapipe|llvmpipe/i, 'llvmpipe'],
  [/Microsoft Basic Render/i, 'WARP'],
]

/** A driver that a manifest announces. */
export interface VulkanDriver {
  /** Path of its manifest. */
  manifest: string
  /** Path of its library; the name that the manifest has where there is no such library. */
  library: string
  isThere: boolean
  /** The name of a driver that needs no graphics card. */
  software?: string
}

/** The name of a software driver, by its library's or its adapter's name; undefined for any other. */
export function softwareName(text: string): string | undefined {
  return software.find(([pattern]) => pattern.test(text))?.[1]
}

/**
 * The Vulkan drivers that its loader would find: VK_ADD_DRIVER_FILES, then VK_DRIVER_FILES or VK_ICD_FILENAMES if one is set, else the
 * folders `vulkan/icd.d` of the user and of the system (Vulkan-Loader, LoaderDriverInterface.md).
 */
export function vulkanDrivers(root: string): VulkanDriver[] {
  return manifests(root).flatMap((manifest) => driverOf(manifest, root) ?? [])
}

function manifests(root: string): string[] {
  const { VK_ADD_DRIVER_FILES, VK_DRIVER_FILES, VK_ICD_FILENAMES } = process.env
  const named = VK_DRIVER_FILES || VK_ICD_FILENAMES
  const added = listed(VK_ADD_DRIVER_FILES)
  return [...added, ...(named ? listed(named) : folders(root))].flatMap(manifestsAt)
}

/** A list may name folders as well. */
function manifestsAt(path: string): string[] {
  return path.endsWith('.json')
    ? [path]
    : namesIn(path)
        .filter((name) => name.endsWith('.json'))
        .map((name) => join(path, name))
}

const listed = (list: string | undefined): string[] => (list ?? '').split(delimiter).filter(Boolean)

/** The folders of manifests, by the XDG rules. */
function folders(root: string): string[] {
  const { XDG_CONFIG_HOME, XDG_CONFIG_DIRS, XDG_DATA_HOME, XDG_DATA_DIRS } = process.env
  const system = (list: readonly string[]) => list.map((folder) => below(root, folder))
  return [
    XDG_CONFIG_HOME || join(homedir(), '.config'),
    ...system(XDG_CONFIG_DIRS ? listed(XDG_CONFIG_DIRS) : ['/etc/xdg']),
    ...system(['/usr/local/etc', '/etc']),
    XDG_DATA_HOME || join(homedir(), '.local/share'),
    ...system(XDG_DATA_DIRS ? listed(XDG_DATA_DIRS) : ['/usr/local/share', '/usr/share']),
  ].map((folder) => join(folder, 'vulkan/icd.d'))
}

/** Undefined for a file that is no manifest, and for a driver of another processor. */
function driverOf(manifest: string, root: string): VulkanDriver | undefined {
  const named = libraryIn(manifest)
  if (!named) return undefined
  const path = named.includes('/') ? absolute(named, manifest, root) : findLibrary(named, root)
  const isThere = path !== undefined && isLibrary(path)
  const name = softwareName(basename(named))
  return { manifest, library: isThere ? path : named, isThere, ...(name && { software: name }) }
}

function libraryIn(manifest: string): string | undefined {
  try {
    const parsed = JSON.parse(textOf(manifest) ?? '') as { ICD?: { library_path?: unknown } }
    const path = parsed.ICD?.library_path
    return typeof path === 'string' ? path : undefined
  } catch {
    return undefined
  }
}

/** A path with a slash is below the manifest's folder unless it is absolute. */
function absolute(path: string, manifest: string, root: string): string {
  return isAbsolute(path) ? below(root, path) : join(dirname(manifest), path)
}
