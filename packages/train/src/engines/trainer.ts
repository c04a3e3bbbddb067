import type { Host } from '@pixelrow/worker'
import { isA } from '../../../../common/kinds.ts'
import { TrainError, type TrainErrorDetail } from '../error.ts'
import type { Trainer } from '../types.ts'
import { isConflict } from './host.ts'
import type { DeviceJob } from './job.ts'

/** Has a worker open a job. What fails on another device than the CPU is that device's, at once or later. */
export async function openTrainer(host: Host, job: DeviceJob): Promise<Trainer> {
  const { device } = job
  await onDevice(host.call('open', job), (reason) => unavailable(device, reason))
  const call = <T>(method: string, argument?: unknown) =>
    onDevice(host.call<T>(method, argument), (reason) => lost(device, reason))
  return {
    train: (chunk) => call('train', chunk),
    logits: (pixels) => call('logits', pixels),
    validate: () => call('validate'),
    state: () => call('state'),
    close: () => host.close(),
  }

  function onDevice<T>(answer: Promise<T>, errorOf: (reason: string) => TrainErrorDetail): Promise<T> {
    if (device === 'cpu') return answer
    return answer.catch((cause: unknown) => {
      throw isConflict(cause) ? cause : new TrainError(errorOf(reasonOf(cause)), { cause })
    })
  }
}

/**
 * How CUDA, onnxruntime's allocators and Vulkan say that memory ran out, and what comes of a tensor that is larger than any of Dawn's buffers: of those
 * it tells JavaScript only that they are invalid, or that their pieces are too many.
 */
const memory = new RegExp(
  [
    'out of (?:device |host )?memory',
    'OUT_OF_(?:DEVICE_|HOST_)?MEMORY',
    'failed to allocate memory',
    'CUDA failure 2\\b',
    '\\[Invalid Buffer[^\\]]*\\] is invalid',
    'Too many storage buffers in shader',
  ].join('|'),
  'i',
)

const causeOf = (reason: string) => memory.test(reason) && { cause: 'memory' }

/** What onnxruntime or the process's end says, without a stop or a line's end behind it. */
const reasonOf = (cause: unknown) => (isA(cause, 'Error') ? cause.message : String(cause)).trim().replace(/\.$/, '')

function unavailable(device: string, reason: string): TrainErrorDetail {
  const params = { engine: 'onnxruntime', device, reason, ...causeOf(reason) }
  const message = `Device "${device}" cannot be used by engine onnxruntime: ${reason}.`
  return { code: 'TRAIN_DEVICE_UNAVAILABLE', params, message }
}

function lost(device: string, reason: string): TrainErrorDetail {
  const message = `Device "${device}" failed in the middle of a training: ${reason}.`
  return {
    code: 'TRAIN_DEVICE_LOST',
    params: { device, reason, ...causeOf(reason) },
    message,
    advice: 'Resume it on the CPU.',
  }
}
