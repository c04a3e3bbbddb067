import { cacheFolder } from '@pixelrow/files'
import { findNvidia, usualCuda } from '../cuda/nvidia.ts'
import { type Provider, providerOf } from '../cuda/provider.ts'
import { providerName } from '../cuda/provider-names.ts'
import type { OnnxRuntime } from '../cuda/runtime.ts'
import { nvidiaFindings } from './libraries.ts'
import { lookAtNvidia } from './nvidia.ts'
import type { Finding } from './types.ts'

/** What is known of CUDA before a trial. */
export interface CudaLook {
  name?: string
  findings: Finding[]
}

/** The card and its driver, then onnxruntime's provider and the libraries that it needs. */
export function lookAtCuda(
  runtime: OnnxRuntime,
  { root, cache = cacheFolder() }: { root: string; cache?: string },
): CudaLook {
  const { platform, arch } = process
  if (!['linux', 'win32'].includes(platform) || arch !== 'x64')
    return { findings: [unsupported(`${platform} on ${arch}`)] }
  const provider = providerOf(runtime, { cache })
  const libraries = findNvidia(provider, { cache, root })
  const libcuda = libraries.find(({ neededFor, package: brings }) => neededFor === 'everything' && !brings)?.path
  const cuda = provider?.cuda ?? usualCuda
  const { name, findings } =
    platform === 'linux'
      ? lookAtNvidia({ root, libcuda, cuda })
      : { name: undefined, findings: [windowsFinding(libcuda)] }
  return {
    ...(name && { name }),
    findings: [...findings, providerFinding(provider, runtime), ...nvidiaFindings(libraries, cache)],
  }
}

function unsupported(machine: string): Finding {
  const reason = `CUDA is for Linux and Windows on x64; this is ${machine}`
  return { piece: 'platform', ok: false, reason, fix: 'No command can mend that; the device webgpu uses other GPUs.' }
}

/** Windows says nothing of its cards in files. */
function windowsFinding(libcuda: string | undefined): Finding {
  if (libcuda) return { piece: 'libcuda', ok: true, found: libcuda }
  const reason = 'this machine has no NVIDIA GPU, or not its driver: there is no nvcuda.dll'
  return {
    piece: 'libcuda',
    ok: false,
    reason,
    fix: "Install NVIDIA's driver, 580 or later (https://www.nvidia.com/drivers).",
  }
}

const owners = { pixelrow: 'by pixelrow', 'onnxruntime-node': "by onnxruntime-node's own script", other: 'by hand' }

/** Another version's provider loads, says nothing and computes wrongly. */
function providerFinding(provider: Provider | undefined, { version }: OnnxRuntime): Finding {
  const fix = 'pixelrow setup cuda'
  const missing = provider ? provider.missing : [providerName('shared'), providerName('cuda')]
  if (!provider || missing.length > 0) {
    const reason = `onnxruntime's CUDA provider is missing: no ${missing.join(' and no ')} beside its binary`
    return { piece: 'provider', ok: false, reason, fix }
  }
  if (provider.fits) {
    const found = [version, ...(provider.cuda ? [`for CUDA ${provider.cuda}`] : []), `placed ${owners[provider.owner]}`]
    return { piece: 'provider', ok: true, found: found.join(', ') }
  }
  const found = provider.version ? `of version ${provider.version}` : 'of a version that it does not say'
  const reason = `onnxruntime's CUDA provider is ${found}, and must be of ${version}: another one computes wrongly`
  return { piece: 'provider', ok: false, reason, fix }
}
