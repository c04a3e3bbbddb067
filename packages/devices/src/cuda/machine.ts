import { SetupError } from '../error.ts'

/** How the tags of wheels for this machine end, and those that pip is asked for, of which any will do. */
export const wheelTags = {
  ending: '_x86_64',
  platforms: ['2_34', '2_28', '2_27', '2_17'].map((glibc) => `manylinux_${glibc}_x86_64`),
}

/**
 * Throws where a session cannot be made on CUDA whatever is placed: onnxruntime-node's own binding knows the provider on Linux on x64 alone,
 * though PyPI has the provider's files for other machines too.
 */
export function requireMachine(): void {
  const { platform, arch } = process
  if (platform === 'linux' && arch === 'x64') return
  const [expected, found] = ['Linux on x64', `${platform} on ${arch}`]
  throw new SetupError(`onnxruntime-node is built with CUDA for ${expected} alone; found ${found}`, {
    code: 'DEVICES_MACHINE_UNSUPPORTED',
    params: { expected, found },
    advice: 'WebGPU uses the GPUs of other machines (--device webgpu).',
  })
}
