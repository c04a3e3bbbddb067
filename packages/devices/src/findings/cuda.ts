import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { lookAtNvidia } from './nvidia.ts'
import { binariesOf } from './runtime.ts'
import type { Finding } from './types.ts'

/** What is known of CUDA before a trial. */
export interface CudaLook {
  name?: string
  findings: Finding[]
}

/** The card and its driver, then onnxruntime's provider and the libraries that it needs. */
export function lookAtCuda(runtime: string, root: string): CudaLook {
  const { platform, arch } = process
  if (platform !== 'linux' || arch !== 'x64') return { findings: [unsupported(`${platform} on ${arch}`)] }
  const { name, findings } = lookAtNvidia(root)
  return { ...(name && { name }), findings: [...findings, providerFinding(runtime)] }
}

function unsupported(machine: string): Finding {
  const reason = `pixelrow has CUDA on Linux on x64 alone; this is ${machine}`
  return {
    piece: 'platform',
    ok: false,
    reason,
    fix: 'No command can mend that; WebGPU uses the GPUs of other systems.',
  }
}

function providerFinding(runtime: string): Finding {
  const folder = binariesOf(runtime)
  const names = ['shared', 'cuda'].map((part) => `libonnxruntime_providers_${part}.so`)
  const missing = names.filter((name) => !existsSync(join(folder, name)))
  if (missing.length === 0) return { piece: 'provider', ok: true, found: join(folder, names[1]!) }
  const reason = `onnxruntime's CUDA provider is missing: no ${missing.join(' and no ')} beside its binary`
  return { piece: 'provider', ok: false, reason, fix: 'pixelrow setup cuda' }
}
