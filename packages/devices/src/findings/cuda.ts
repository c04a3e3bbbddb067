import { cacheFolder } from '@pixelrow/files'
import { besides, removal } from '../cuda/link.ts'
import { requireMachine } from '../cuda/machine.ts'
import { findNvidia, usualCuda } from '../cuda/nvidia.ts'
import { type Provider, providerOf } from '../cuda/provider.ts'
import { providerName } from '../cuda/provider-names.ts'
import type { OnnxRuntime } from '../cuda/runtime.ts'
import { SetupError } from '../error.ts'
import { lookAtNvidia } from './nvidia.ts'
import { nvidiaFindings } from './nvidia-libraries.ts'
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
  const unsupported = machineFinding()
  if (unsupported) return { findings: [unsupported] }
  const provider = providerOf(runtime, { cache })
  const libraries = findNvidia(provider, { cache, root })
  const libcuda = libraries.find(({ neededFor, package: brings }) => neededFor === 'everything' && !brings)?.path
  const cuda = provider?.cuda ?? usualCuda
  const { name, findings } = lookAtNvidia({ root, libcuda, cuda })
  return {
    ...(name && { name }),
    findings: [...findings, providerFinding(provider, runtime, cache), ...nvidiaFindings(libraries, cache)],
  }
}

/** What is wrong with a machine for which there is no CUDA provider at all. */
function machineFinding(): Finding | undefined {
  try {
    requireMachine()
    return undefined
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    const { sentence, advice = '' } = error
    return {
      piece: 'platform',
      ok: false,
      reason: sentence.replace(/\.$/, ''),
      fix: `No command can mend that. ${advice}`,
    }
  }
}

const owners = { pixelrow: 'by pixelrow', 'onnxruntime-node': "by onnxruntime-node's own script", other: 'by hand' }

/** Another version's provider loads, says nothing and computes wrongly. */
function providerFinding(provider: Provider | undefined, runtime: OnnxRuntime, cache: string): Finding {
  const { version } = runtime
  if (provider?.fits) {
    const found = [version, ...(provider.cuda ? [`for CUDA ${provider.cuda}`] : []), `placed ${owners[provider.owner]}`]
    return { piece: 'provider', ok: true, found: found.join(', ') }
  }
  return { piece: 'provider', ok: false, reason: providerProblem(provider, version), fix: providerFix(runtime, cache) }
}

function providerProblem(provider: Provider | undefined, version: string): string {
  const missing = provider?.missing ?? [providerName('shared'), providerName('cuda')]
  if (missing.length > 0)
    return `onnxruntime's CUDA provider is missing: no ${missing.join(' and no ')} beside its binary`
  const found = provider?.version ? `of version ${provider.version}` : 'of a version that it does not say'
  return `onnxruntime's CUDA provider is ${found}, and must be of ${version}: another one computes wrongly`
}

/** The set-up leaves alone what it has not placed, so that goes first. */
function providerFix(runtime: OnnxRuntime, cache: string): string {
  const { foreign } = besides(runtime, cache)
  return [...(foreign.length > 0 ? [removal(foreign)] : []), 'pixelrow setup cuda'].join(' && ')
}
