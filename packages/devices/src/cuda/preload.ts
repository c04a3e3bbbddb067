import { constants } from 'node:os'
import { check, preloadRules } from '../options.ts'
import { findNvidia, findVulkanLoader } from './nvidia.ts'
import { providerOf } from './provider.ts'
import { runtimeAt } from './runtime.ts'
import type { PlaceOptions, PreloadOptions } from './types.ts'

/** A library that was found and could not be loaded. */
export interface NotLoaded {
  path: string
  /** The loader's own words. */
  reason: string
}

/** How libraries are kept for who asks for them by name: at once, seen by all, and never unloaded. */
const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen
const RTLD_NODELETE = 0x1000

/**
 * Leads the loader to the libraries that a device needs and that it would not find by itself, in the process (or the worker of it) that makes
 * the session afterwards: no variable has to be set. What was not found is left to the session, which then says so. Gives what was found
 * and could not be loaded. Throws a SetupError where `runtime` is no onnxruntime-node.
 */
export function preloadFor(device: 'cuda' | 'webgpu', options: PreloadOptions): NotLoaded[] {
  return preloadLibraries(librariesFor(device, options))
}

/** The absolute paths of what `preloadFor` loads, in their order: plain data that may go into a worker. */
export function librariesFor(device: 'cuda' | 'webgpu', options: PreloadOptions): string[] {
  check('librariesFor', options, preloadRules)
  // Elsewhere there is no CUDA, and WebGPU stands on what the system has.
  if (process.platform !== 'linux') return []
  const { runtime, ...place } = options
  const found = device === 'cuda' ? nvidiaFor(runtime, place) : [findVulkanLoader(place)]
  return preloaded(found)
}

/** The paths of those that the system's loader does not find by itself. */
export function preloaded(found: readonly ({ path?: string; by?: string } | undefined)[]): string[] {
  return found.flatMap((one) => (one?.path && one.by !== 'loader' ? [one.path] : []))
}

function nvidiaFor(runtime: string, place: PlaceOptions) {
  const provider = providerOf(runtimeAt(runtime), place)
  return provider ? findNvidia(provider, place) : []
}

/** Loads libraries for whoever asks for them by name later. Those that were loaded stay so. */
export function preloadLibraries(paths: readonly string[]): NotLoaded[] {
  return paths.flatMap((path) => {
    const reason = failureOf(path)
    return reason === undefined ? [] : [{ path, reason }]
  })
}

function failureOf(path: string): string | undefined {
  try {
    process.dlopen({ exports: {} }, path, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE)
    return undefined
  } catch (error) {
    const { message } = error as Error
    // It is no addon of Node's, and says so after it was loaded.
    return /did not self-register/.test(message) ? undefined : message.split('\n')[0]!
  }
}
