import { type Attempt, ClassifierError } from '@pixelrow/classifier'
import type { Build } from './builds.ts'
import type { Device, LoadOptions, WasmPaths } from './options.ts'

/** Where to run, decided before anything is fetched. */
export interface Plan {
  device: Device
  /** The one build of onnxruntime-web that is loaded. */
  build: Build
  /** Whether WASM may be taken where the device fails at the start. */
  orWasm?: boolean
  attempts: Attempt[]
}

/** The plan for all that `choose` leaves open, or the sentence that says why there is none. `missing` is why there is no WebGPU. */
export function planFor({ device = 'auto', wasmPaths }: LoadOptions, name: string, missing: string): Plan {
  const list = device === 'auto' ? ['webgpu', 'wasm'] : typeof device === 'string' ? [device] : device
  if (typeof WebAssembly !== 'object')
    throw new ClassifierError(
      `${name}: this browser has no WebAssembly, which onnxruntime-web needs. It may be switched off, as in Lockdown Mode: allow it for this page`,
    )
  const attempts: Attempt[] = []
  // Whatever stands behind WASM is never reached: all builds need it.
  if (list[0] === 'webgpu') {
    const build = namedBuild(wasmPaths) ?? ('Suspending' in WebAssembly ? 'jspi' : 'webgpu')
    const error = build === 'wasm' ? 'wasmPaths names the file of the build without WebGPU' : missing
    if (!error) return { device: 'webgpu', build, orWasm: list.includes('wasm'), attempts }
    attempts.push({
      device: 'webgpu',
      error,
      fix: "It needs a browser and a graphics card with WebGPU, over https. Or take device: 'wasm'.",
    })
  }
  if (list.includes('wasm')) return { device: 'wasm', build: 'wasm', attempts }
  throw noDevice(name, attempts)
}

/** All that were asked for have failed. */
export function noDevice(name: string, attempts: Attempt[]): ClassifierError {
  const list = attempts.map(({ device, error, fix }) => `\n  ${device}: ${error}${fix ? `\n    ${fix}` : ''}`)
  return new ClassifierError(
    `${name}: cannot run on ${attempts.map(({ device }) => device).join(', ')}.${list.join('')}`,
    { attempts },
  )
}

/** An exact URL fits one build alone. */
function namedBuild(paths: WasmPaths | undefined): Build | undefined {
  const file = typeof paths === 'string' ? paths : String(paths?.wasm ?? paths?.mjs ?? '/')
  if (paths === undefined || file.endsWith('/')) return undefined
  return file.includes('jspi') ? 'jspi' : file.includes('asyncify') ? 'webgpu' : 'wasm'
}
