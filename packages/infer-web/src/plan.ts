import type { Plan } from './builds.ts'
import { withoutGpu } from './imported.ts'
import type { LoadOptions } from './options.ts'

/** The part of WebGPU that is asked: TypeScript's own types have none of it. */
interface Gpu {
  requestAdapter(): Promise<{ isFallbackAdapter?: boolean; info?: { isFallbackAdapter?: boolean } } | null>
}

/**
 * Chooses the device, and with it the build, before anything is fetched. Most pages run on WASM, and load no more than this to know it.
 * Throws a `ClassifierError` where none of the devices asked for is there.
 */
export async function choose(options: LoadOptions, name: string): Promise<Plan> {
  const { device = 'auto' } = options
  const missing = device === 'wasm' ? '' : withoutGpu || (await missingGpu(device !== 'auto'))
  const attempts = missing ? [{ device: 'webgpu', error: missing }] : []
  if ((device === 'wasm' || (device === 'auto' && missing)) && typeof WebAssembly === 'object')
    return { device: 'wasm', build: 'wasm', attempts }
  return (await import('./lazy/gpu.ts')).planFor(options, name, missing)
}

/** Why there is no WebGPU; empty where there is. */
async function missingGpu(softwareToo: boolean): Promise<string> {
  const { gpu } = (globalThis.navigator ?? {}) as { gpu?: Gpu }
  if (!gpu) return 'no WebGPU on this page'
  const adapter = await gpu.requestAdapter().catch(() => null)
  if (!adapter) return 'no adapter for it'
  const isSoftware = adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter
  return isSoftware && !softwareToo ? 'its adapter is software, slower than WASM' : ''
}
