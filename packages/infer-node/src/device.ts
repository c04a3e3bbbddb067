import { type Attempt, ClassifierError, explainModelError } from '@pixelrow/classifier'
import type { InferenceSession } from 'onnxruntime-node'
import type { Runtime } from './runtime.ts'
import type { ModelFile } from './source.ts'

/** Where a model can run. */
export type Device = 'cpu' | 'cuda' | 'webgpu'

/** A session with the device it was made on, and those that failed before. */
export interface Opened {
  session: InferenceSession
  device: Device
  attempts: Attempt[]
}

/** What would help where a device fails; the CPU only fails for reasons in the model. */
const fixes: Record<Device, string | undefined> = {
  cpu: undefined,
  cuda:
    "onnxruntime-node's npm package holds no CUDA provider: it needs libonnxruntime_providers_cuda.so and _shared.so of the same " +
    "version beside its binary, CUDA's libraries and an NVIDIA driver. Or take device: 'cpu'.",
  webgpu: "It needs a GPU with its driver (on Linux, libvulkan.so.1 and a Vulkan driver). Or take device: 'cpu'.",
}

const devices = Object.keys(fixes) as Device[]

/**
 * The devices to try, in order. `auto` is the CPU at this stage; CUDA and WebGPU are tried where they are named.
 * Throws a `ClassifierError` for a name that is none of them.
 */
export function candidates(device: 'auto' | Device | readonly Device[]): readonly Device[] {
  const list = device === 'auto' ? (['cpu'] as const) : typeof device === 'string' ? [device] : device
  const unknown = list.find((name) => !devices.includes(name))
  if (unknown === undefined && list.length > 0) return list
  throw new ClassifierError(
    `device: expected auto, ${devices.join(', ')} or a list of these, found ${unknown === undefined ? 'an empty list' : `'${unknown}'`}`,
  )
}

/**
 * Creates a session on the first device that really takes one: onnxruntime's own list of providers says what was
 * compiled in, not what works here, and is no fallback list. There is no device beyond those asked for.
 */
export async function openSession(
  runtime: Runtime,
  model: ModelFile,
  list: readonly Device[],
  threads: number,
): Promise<Opened> {
  const attempts: Attempt[] = []
  for (const device of list) {
    try {
      const session = await runtime.InferenceSession.create(model.bytes, {
        executionProviders: [device],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
      })
      return { session, device, attempts }
    } catch (error) {
      const badModel = explainModelError(error, model.bytes, model.name)
      if (badModel) throw badModel
      attempts.push({ device, error: reason(error), ...(fixes[device] && { fix: fixes[device] }) })
    }
  }
  throw new ClassifierError(`${model.name}: cannot run on ${list.join(', ')}.\n${attempts.map(describe).join('\n')}`, {
    attempts,
  })
}

/** onnxruntime's message without the C++ file and function in front. */
function reason(error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)).trim()
  return message.replace(/^\/\S+:\d+ .*? was false\. /s, '')
}

function describe({ device, error, fix }: Attempt): string {
  return `  ${device}: ${error}${fix ? `\n    ${fix}` : ''}`
}
