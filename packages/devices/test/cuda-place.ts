import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SetupCudaOptions, setupCuda } from '@pixelrow/devices'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { withoutVariables } from './machines.ts'
import { commit, version, writeRuntime } from './runtimes.ts'
import { type ProviderWheelParts, writeProviderWheel } from './wheels.ts'

/** Where the test that runs sets CUDA up: a folder, a cache in it, and the entry and the binaries of a runtime in it. */
export const at = { folder: '', cache: '', entry: '', binaries: '' }

/** Makes the place for each test of a file, and takes it away. */
export function usePlace(): void {
  beforeEach(() => {
    at.folder = mkdtempSync(join(tmpdir(), 'pixelrow-cuda-'))
    at.cache = join(at.folder, 'cache')
    Object.assign(at, writeRuntime(at.folder))
    withoutVariables(at.folder)
    // Nothing can be run, so nothing that is refused here was refused by a tool.
    vi.stubEnv('PATH', at.folder)
    vi.stubEnv('HOME', at.folder)
    vi.spyOn(process, 'platform', 'get').mockReturnValue('linux')
    vi.spyOn(process, 'arch', 'get').mockReturnValue('x64')
  })

  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
    rmSync(at.folder, { recursive: true, force: true })
  })
}

/** The provider's files that a session needs. */
export const names = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'] as const

/** Writes a wheel. */
export const wheel = (parts: ProviderWheelParts = {}) => writeProviderWheel(join(at.folder, 'given.whl'), parts)

/** Where the provider is kept. */
export const kept = () => join(at.cache, 'cuda/linux-x64', `${version}-${commit}`)

export const setUp = (options: Partial<SetupCudaOptions> = {}) =>
  setupCuda({ runtime: at.entry, cache: at.cache, ...options })

/** The error of a set-up that leaves nothing behind, neither in the cache nor beside the runtime. */
export async function failure(options: Partial<SetupCudaOptions> = {}): Promise<Error> {
  const before = readdirSync(at.binaries)
  const error: unknown = await setUp(options).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Error)
  expect(existsSync(at.cache) ? readdirSync(at.cache) : []).toEqual([])
  expect(readdirSync(at.binaries)).toEqual(before)
  return error as Error
}
