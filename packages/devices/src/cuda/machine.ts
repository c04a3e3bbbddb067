import { SetupError } from '../error.ts'

/** What PyPI calls a machine for which it has onnxruntime's CUDA provider. */
export interface WheelMachine {
  /** How its wheels' tags end. */
  ending: string
  /** Tags that pip is asked for; any will do. */
  platforms: readonly string[]
}

const machines: Readonly<Record<string, WheelMachine>> = {
  'linux-x64': linux('x86_64'),
  'linux-arm64': linux('aarch64'),
  'win32-x64': { ending: 'win_amd64', platforms: ['win_amd64'] },
}

function linux(machine: string): WheelMachine {
  const platforms = ['2_28', '2_27', '2_17'].map((glibc) => `manylinux_${glibc}_${machine}`)
  return { ending: `_${machine}`, platforms }
}

/** This machine as PyPI calls it. Throws where it has no such wheels: NVIDIA's CUDA is there for Linux and Windows alone. */
export function requireMachine(): WheelMachine {
  const { platform, arch } = process
  const machine = machines[`${platform}-${arch}`]
  if (machine) return machine
  const [expected, found] = ['Linux on x64 or arm64, or Windows on x64', `${platform} on ${arch}`]
  throw new SetupError(`onnxruntime's CUDA provider is there for ${expected}; found ${found}`, {
    code: 'DEVICES_MACHINE_UNSUPPORTED',
    params: { expected, found },
    advice: 'WebGPU uses the GPUs of other machines (--device webgpu).',
  })
}
