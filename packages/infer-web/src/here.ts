import { type Opened, type Opening, openOnWasm } from './session.ts'

/** Opens a model on this thread. What WebGPU needs is loaded where it is used. */
export async function openHere(opening: Opening): Promise<Opened> {
  return opening.plan.device === 'wasm' ? openOnWasm(opening) : (await import('./lazy/gpu.ts')).openOnGpu(opening)
}
