import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Attempt, ClassifierError, type Damage, explainModelError } from '@pixelrow/classifier'
import { OnnxError, read } from '@pixelrow/onnx'
import type { InferenceSession } from 'onnxruntime-node'
import { isA } from '../../../common/kinds.ts'
import { loadNative, loadWasm, missingCuda, type Runtime, type Runtimes } from './runtime.ts'
import type { ModelFile } from './source.ts'
import type { Beside } from './weights.ts'

/** Where a model can run. `tensorrt`, `coreml` and `dml` are passed on to onnxruntime as they are; nobody here has tried them. */
export type Device = 'cpu' | 'cuda' | 'webgpu' | 'wasm' | 'tensorrt' | 'coreml' | 'dml'

/** A session with the device it was made on, and those that failed before. */
export interface OpenedSession {
  runtime: Runtime
  session: InferenceSession
  device: Device
  attempts: Attempt[]
}

const cudaFix =
  "onnxruntime-node's npm package holds no CUDA provider: it needs libonnxruntime_providers_cuda.so and _shared.so of the same " +
  "version beside its binary, CUDA's libraries and an NVIDIA driver. Or take device: 'cpu'."

/** What would help where a device fails; the CPU only fails for reasons in the model. */
const fixes: Record<Device, string | undefined> = {
  cpu: undefined,
  wasm: undefined,
  cuda: cudaFix,
  tensorrt: `TensorRT comes on top of CUDA. ${cudaFix}`,
  webgpu: "It needs a GPU with its driver (on Linux, libvulkan.so.1 and a Vulkan driver). Or take device: 'cpu'.",
  coreml: "It is there on macOS alone. Or take device: 'cpu'.",
  dml: "It is there on Windows alone. Or take device: 'cpu'.",
}

/** All there are. */
export const devices = Object.keys(fixes) as Device[]

/** What was asked for: `auto` or the devices to try, in order. */
export function asked(device: 'auto' | Device | readonly Device[]): 'auto' | readonly Device[] {
  return typeof device === 'string' && device !== 'auto' ? [device] : device
}

/**
 * The devices to try. `auto` is CUDA where its provider is installed, else the CPU. It leaves WebGPU to those who name it: it starts in seconds, is
 * slower than the CPU for single small images, and onnxruntime does not tell a graphics card from software that plays one.
 */
function candidates(
  device: 'auto' | readonly Device[],
  runtimes: Runtimes,
): { list: readonly Device[]; attempts: Attempt[] } {
  if (device !== 'auto') return { list: device, attempts: [] }
  const missing = missingCuda(runtimes)
  if (missing?.length === 0) return { list: ['cuda', 'cpu'], attempts: [] }
  const error = `onnxruntime's CUDA provider is not installed: no ${missing?.join(' and no ')} beside its binary`
  return { list: ['cpu'], attempts: missing ? [{ device: 'cuda', error, fix: cudaFix }] : [] }
}

/**
 * Creates a session on the first device that really takes one: onnxruntime's own list of providers says what was
 * compiled in, not what works here, and is no fallback list. There is no device beyond those asked for.
 */
export async function openSession(
  runtimes: Runtimes,
  model: ModelFile,
  { device: wanted, threads }: { device: 'auto' | readonly Device[]; threads: number | undefined },
): Promise<OpenedSession> {
  const { list, attempts } = candidates(wanted, runtimes)
  for (const device of list) {
    try {
      return { ...(await create(runtimes, model, device, threads)), device, attempts }
    } catch (error) {
      const badModel = explainModelError(error, model.bytes, model.name, damageOf)
      if (badModel) throw badModel
      // With one device alone, what keeps its runtime from loading is the whole story.
      if (error instanceof ClassifierError && list.length === 1) throw error
      attempts.push({ device, error: reason(error, device, runtimes), ...(fixes[device] && { fix: fixes[device] }) })
    }
  }
  throw new ClassifierError(`${model.name}: cannot run on ${list.join(', ')}.\n${attempts.map(describe).join('\n')}`, {
    code: 'CLASSIFIER_DEVICE_UNAVAILABLE',
    params: { name: model.name, devices: list },
    attempts,
  })
}

async function create(runtimes: Runtimes, { bytes, beside }: ModelFile, device: Device, threads: number | undefined) {
  const onWasm = device === 'wasm'
  const runtime = onWasm ? loadWasm(runtimes, threads ?? 1) : loadNative(runtimes)
  const options = {
    executionProviders: [device],
    ...(threads !== undefined && { intraOpNumThreads: threads }),
    interOpNumThreads: 1,
  }
  // WebAssembly sees no files; the native runtime finds those beside the model by its path.
  const session =
    beside && !onWasm
      ? await runtime.InferenceSession.create(beside.path, options)
      : await runtime.InferenceSession.create(bytes, { ...options, ...(beside && { externalData: filesOf(beside) }) })
  return { runtime, session }
}

function filesOf({ path, names }: Beside): { path: string; data: Uint8Array }[] {
  return names.map((name) => ({ path: name, data: new Uint8Array(readFileSync(join(dirname(path), name))) }))
}

/** Where a file is damaged that onnxruntime refuses: it says that, but not where. */
function damageOf(bytes: Uint8Array): Damage | undefined {
  try {
    read(bytes)
    return undefined
  } catch (error) {
    return error instanceof OnnxError && error.offset !== undefined
      ? { message: error.message, offset: error.offset }
      : undefined
  }
}

/** onnxruntime's message without the C++ file and function in front; it does not say which library it did not find. */
function reason(error: unknown, device: Device, runtimes: Runtimes): string {
  const message = (isA(error, 'Error') ? error.message : String(error)).trim()
  const text = message.replace(/^\/\S+:\d+ .*? was false\. /s, '')
  const missing = device === 'cuda' ? missingCuda(runtimes) : undefined
  return missing?.length ? `${text} (${missing.join(' and ')} not there)` : text
}

function describe({ device, error, fix }: Attempt): string {
  return `  ${device}: ${error}${fix ? `\n    ${fix}` : ''}`
}
