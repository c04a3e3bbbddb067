import { type Attempt, ClassifierError, type Session } from '@pixelrow/classifier'
import type { Build, Plan } from '../builds.ts'
import type { ModelFile } from '../model-file.ts'
import type { Device, LoadOptions, WasmPaths } from '../options.ts'
import type { Loaded } from '../runtime.ts'
import { type Opened, type Opening, openOnWasm, openWith, type Place, wasmSession } from '../session.ts'
import { WasmFileError } from './wasm-file.ts'

/** The plan for all that `choose` leaves open, or the sentence that says why there is none. `missing` is why there is no WebGPU. */
export function planFor({ device = 'auto', wasmPaths }: LoadOptions, name: string, missing: string): Plan {
  const list = device === 'auto' ? ['webgpu', 'wasm'] : typeof device === 'string' ? [device] : device
  if (typeof WebAssembly !== 'object')
    throw new ClassifierError(
      `${name}: this browser has no WebAssembly, which onnxruntime-web needs. It may be switched off, as in Lockdown Mode: allow it for this page`,
      { code: 'CLASSIFIER_RUNTIME_UNLOADABLE', params: { name, reason: 'no WebAssembly' } },
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
function noDevice(name: string, attempts: Attempt[]): ClassifierError {
  const list = attempts.map(({ device, error, fix }) => `\n  ${device}: ${error}${fix ? `\n    ${fix}` : ''}`)
  const devices = attempts.map(({ device }) => device)
  return new ClassifierError(`${name}: cannot run on ${devices.join(', ')}.${list.join('')}`, {
    attempts,
    code: 'CLASSIFIER_DEVICE_UNAVAILABLE',
    params: { name, devices },
  })
}

/** An exact URL fits one build alone. */
function namedBuild(paths: WasmPaths | undefined): Build | undefined {
  const file = typeof paths === 'string' ? paths : String(paths?.wasm ?? paths?.mjs ?? '/')
  if (paths === undefined || file.endsWith('/')) return undefined
  return file.includes('jspi') ? 'jspi' : file.includes('asyncify') ? 'webgpu' : 'wasm'
}

/** What is used of WebGPU's device. */
interface GpuDevice {
  lost: Promise<{ reason: string; message: string }>
}

let last: Promise<unknown> = Promise.resolve()

/** One at a time in the whole page: on WebGPU, onnxruntime-web freezes the page or fails when sessions are made or run beside each other. */
function oneByOne<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work)
  last = result.catch(() => {})
  return result
}

const fix = 'Reload the page for another try on WebGPU.'

/** Opens a model on WebGPU; on WASM where that fails and the plan allows it. */
export async function openOnGpu(opening: Opening): Promise<Opened> {
  const { plan, options } = opening
  try {
    return await openWith(opening, (loaded, file) => sessionOnGpu(loaded, file, plan))
  } catch (error) {
    if (!plan.orWasm || options.signal?.aborted) throw error
    const attempts = [...plan.attempts, { device: 'webgpu', error: messageOf(error) }]
    return openOnWasm({ ...opening, plan: { device: 'wasm', build: 'wasm', attempts } })
  }
}

/**
 * A session on WebGPU, or on WASM where that fails and the plan allows it. Where the device is lost or fails later, the model is opened anew
 * on WASM and the run under way repeated there.
 */
async function sessionOnGpu(loaded: Loaded, file: ModelFile, plan: Plan): Promise<{ session: Session; place: Place }> {
  const place: { device: Device; attempts: Attempt[] } = { device: 'webgpu', attempts: [...plan.attempts] }
  let lost: Promise<never> | undefined
  let session: Session

  const toWasm = async (error: unknown): Promise<void> => {
    place.attempts.push({ device: 'webgpu', error: messageOf(error), fix })
    session = (await wasmSession(loaded, file)) as Session
    place.device = 'wasm'
  }

  const { bytes, name } = file
  try {
    session = (await oneByOne(() => loaded.create(bytes, 'webgpu'))) as Session
    lost = lossOf(await (loaded.runtime.env.webgpu.device as Promise<GpuDevice>))
  } catch (error) {
    const { blames, explainFailure } = await import('./sentences.ts')
    // Without its file this build runs on nothing.
    if (error instanceof WasmFileError) throw await explainFailure(error, bytes, name)
    if (await blames(error, bytes, name)) throw await explainFailure(error, bytes, name)
    if (!plan.orWasm) throw noDevice(name, [...plan.attempts, { device: 'webgpu', error: messageOf(error), fix }])
    await oneByOne(() => toWasm(error))
  }

  const run: Session['run'] = (feeds, fetches) =>
    oneByOne(async () => {
      const used = session
      if (place.device === 'wasm') return used.run(feeds, fetches)
      const running = used.run(feeds, fetches)
      try {
        return await Promise.race([running, lost!])
      } catch (error) {
        // Two at once are what must not be: the run that the loss has ended may take a moment to hear of it, or never hear.
        await Promise.race([running.catch(() => {}), afterMs(2000)])
        await toWasm(error)
        return session.run(feeds, fetches)
      }
    })

  const { inputNames, outputNames, inputMetadata, outputMetadata } = session!
  const known = {
    inputNames,
    outputNames,
    ...(inputMetadata && { inputMetadata }),
    ...(outputMetadata && { outputMetadata }),
  }
  return { session: { ...known, run, release: () => oneByOne(() => session.release()) }, place }
}

/** What an error says, of whichever realm. */
const messageOf = (error: unknown): string => String((error as Partial<Error> | undefined)?.message ?? error)

const afterMs = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time))

/** Rejects when the device is lost: a run that waits for it may wait for ever. */
function lossOf(device: GpuDevice): Promise<never> {
  const lost = device.lost.then(({ reason, message }) => {
    throw new Error(`the device was lost (${reason}): ${message || 'no reason given'}`)
  })
  lost.catch(() => {})
  return lost
}
