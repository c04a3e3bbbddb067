import { TrainError } from '../error.ts'
import type { LoweringDevice } from '../lowerings/index.ts'
import type { Engine } from '../types.ts'
import { prepareCpu } from './cpu.ts'
import { prepareCuda } from './cuda/prepare.ts'
import { closingOnError, openHost } from './host.ts'
import type { Prepare } from './prepare.ts'
import { devicesHere } from './survey.ts'
import { openTrainer } from './trainer.ts'
import { prepareWebgpu } from './webgpu/prepare.ts'

/** How each device gets its job. */
const devices: Readonly<Record<LoweringDevice, Prepare>> = {
  cpu: prepareCpu,
  cuda: prepareCuda,
  webgpu: prepareWebgpu,
}

/**
 * Training through onnxruntime-node: the graph is lowered for the device into plain ONNX that does many steps in a run, in a worker: a thread for the
 * CPU, a process for every other device.
 *
 * Same seed, package versions, kind of CPU and thread count give the same bits on the device `cpu`.
 */
export const onnxruntime: Engine = {
  name: 'onnxruntime',
  devices: devicesHere,
  async compile(graph, options) {
    const { device, provider = device } = options
    if (!isKnown(device)) throw unknownDevice(device)
    const host = openHost(provider, options)
    return closingOnError(host, async () => {
      const { job, ...more } = await devices[device](graph, options, host)
      return { ...(await openTrainer(host, job)), ...more }
    })
  },
}

const isKnown = (device: string): device is LoweringDevice => Object.hasOwn(devices, device)

function unknownDevice(device: string): TrainError {
  const known = Object.keys(devices)
  const message = `The engine onnxruntime knows no device "${device}"; choose: ${known.join(', ')}.`
  return new TrainError({
    code: 'TRAIN_DEVICE_UNAVAILABLE',
    params: { engine: 'onnxruntime', device, known },
    message,
  })
}
