import type { Attempt, Session } from '@pixelrow/classifier'
import type { Opened, Openers, Opening, Place } from './opened.ts'
import type { Device } from './options.ts'
import { noDevice, type Plan } from './plan.ts'
import type { Loaded } from './runtime.ts'
import type { ModelFile } from './source.ts'

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
export async function openOnGpu(opening: Opening, openers: Openers): Promise<Opened> {
  const { plan, options } = opening
  try {
    return await openers.openWith(opening, (loaded, file) => sessionOnGpu(loaded, file, plan, openers))
  } catch (error) {
    if (!plan.orWasm || options.signal?.aborted) throw error
    const attempts = [...plan.attempts, { device: 'webgpu', error: messageOf(error) }]
    return openers.openOnWasm({ ...opening, plan: { device: 'wasm', build: 'wasm', attempts } })
  }
}

/**
 * A session on WebGPU, or on WASM where that fails and the plan allows it. Where the device is lost or fails later, the model is opened anew
 * on WASM and the run under way repeated there.
 */
async function sessionOnGpu(
  loaded: Loaded,
  file: ModelFile,
  plan: Plan,
  { wasmSession }: Openers,
): Promise<{ session: Session; place: Place }> {
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
    const { blames, explainFailure } = await import('./failure.ts')
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
