import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Attempt, ClassifierError, type Damage, explainModelError } from '@pixelrow/classifier'
import { OnnxError, read } from '@pixelrow/onnx'
import type { InferenceSession } from '@pixelrow/runtime'
import { isA } from '../../../common/kinds.ts'
import { loadNative, loadWasm, type Runtime, type Runtimes } from './runtime.ts'
import type { ModelFile } from './source.ts'
import type { Beside } from './weights.ts'

/** Where a model can run. `tensorrt`, `coreml` and `dml` are passed on to onnxruntime as they are; nobody here has tried them. */
export type Device = 'cpu' | 'cuda' | 'webgpu' | 'wasm' | 'tensorrt' | 'coreml' | 'dml'

/** A session with the runtime whose tensors it takes. */
export interface OpenedSession {
  runtime: Runtime
  session: InferenceSession
}

const doctor = 'Run npx pixelrow doctor, which tries it and says what is missing.'

/** What would help where a device fails and looking finds nothing missing; the CPU only fails for reasons in the model. */
const fixes: Record<Device, string | undefined> = {
  cpu: undefined,
  wasm: undefined,
  cuda: doctor,
  tensorrt: `TensorRT comes on top of CUDA. ${doctor}`,
  webgpu: doctor,
  coreml: 'It is there on macOS alone.',
  dml: 'It is there on Windows alone.',
}

/** All there are. */
export const devices = Object.keys(fixes) as Device[]

/** Whether it is none of the two that compute on the processor: its driver may fail, crash, or round otherwise. */
export const isAccelerator = (device: Device): boolean => device !== 'cpu' && device !== 'wasm'

/** What was asked for: `auto` or the devices to try, in order. */
export function asked(device: 'auto' | Device | readonly Device[]): 'auto' | readonly Device[] {
  return typeof device === 'string' && device !== 'auto' ? [device] : device
}

/**
 * Creates a session on a device: onnxruntime's own list of providers says what was compiled in, not what works here. Throws a `ClassifierError`: for what is
 * wrong with the model, or with the runtime, or with the device, which its `attempts` tell of then.
 */
export async function openSession(
  runtimes: Runtimes,
  model: ModelFile,
  { device, threads }: { device: Device; threads: number | undefined },
): Promise<OpenedSession> {
  try {
    return await create(runtimes, model, device, threads)
  } catch (error) {
    if (error instanceof ClassifierError) throw error
    const badModel = explainModelError(error, model.bytes, model.name, damageOf)
    throw badModel ?? unavailable(model.name, [attemptOn(device, reasonOf(error))])
  }
}

/** A device that does not do, with what would help. */
export function attemptOn(device: Device, error: string): Attempt {
  const fix = fixes[device]
  return { device, error, ...(fix && { fix }), code: 'failed' }
}

/** An error that says why each of the devices does not run a model. */
export function unavailable(name: string, attempts: readonly Attempt[]): ClassifierError {
  const devices = attempts.map(({ device }) => device)
  const lines = [`${name}: cannot run on ${devices.join(', ')}.`, ...attempts.map(describe)]
  const other = devices.includes('cpu') ? [] : ["  Or take device: 'cpu'."]
  return new ClassifierError([...lines, ...other].join('\n'), {
    code: 'CLASSIFIER_DEVICE_UNAVAILABLE',
    params: { name, devices },
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

/** onnxruntime's message without the C++ file and function in front. */
function reasonOf(error: unknown): string {
  const message = (isA(error, 'Error') ? error.message : String(error)).trim()
  return message.replace(/^\/\S+:\d+ .*? was false\. /s, '')
}

function describe({ device, error, fix }: Attempt): string {
  return `  ${device}: ${error}${fix ? `\n    ${fix}` : ''}`
}
