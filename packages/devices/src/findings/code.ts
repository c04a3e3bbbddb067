import { hasCodeFor, shownTargets } from '../cuda/fatbin.ts'
import { nvidiaGpus } from '../cuda/gpus.ts'
import { providerOf } from '../cuda/provider.ts'
import { runtimeAt } from '../cuda/runtime.ts'
import type { Finding, SurveyOptions } from './types.ts'

/**
 * The first card as its driver tells it (`nvidia-smi`), and whether the provider has code for it: a build holds machine code for some cards, and
 * nothing from which the driver could make it for others. Empty where the driver tells nothing.
 */
export async function lookAtCode({
  runtime,
  cache,
  signal,
}: SurveyOptions): Promise<{ name?: string; finding?: Finding }> {
  const [gpu] = await nvidiaGpus({ signal })
  const targets = providerOf(runtimeAt(runtime), cache === undefined ? {} : { cache })?.targets
  if (!gpu || !targets) return gpu ? { name: gpu.name } : {}
  const { name, capability } = gpu
  if (hasCodeFor(targets, capability))
    return { name, finding: { piece: 'gpu-code', ok: true, found: `for compute capability ${capability}` } }
  const reason = `the provider has no code for ${name} (compute capability ${capability}), but for ${shownTargets(targets)}`
  const fix = 'No command can mend that; the device webgpu uses this card.'
  return { name, finding: { piece: 'gpu-code', ok: false, reason, fix } }
}
