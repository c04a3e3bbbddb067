import { basename } from 'node:path'
import type { Adapter } from '../findings/types.ts'
import { softwareName } from '../findings/vulkan.ts'

/**
 * The adapter that WebGPU took. onnxruntime does not say; on Linux Vulkan's loader does, when a device is made (VK_LOADER_DEBUG), and on
 * Windows onnxruntime lists the cards that are no software. Undefined where neither said anything.
 */
export function adapterIn(stderr: string): Adapter | undefined {
  const [, name, driver = ''] = /\bUsing "(.+)" with driver: "(.+)"/.exec(stderr) ?? []
  if (name) return { name, type: isSoftware(name, driver) ? 'software' : 'hardware', backend: 'Vulkan' }
  const sorted = /(?:Sorted order|Order set to):\s*\n.*?\[0\] (.+?)\s*(?:\[default\]\s*)?$/m.exec(stderr)?.[1]
  if (sorted) return { name: sorted, type: isSoftware(sorted, '') ? 'software' : 'hardware', backend: 'Vulkan' }
  const card = windowsCard(stderr)
  return card ? { name: card, type: 'hardware', backend: 'D3D12' } : undefined
}

/** Of the cards that are no software, the one that Windows prefers for speed. */
function windowsCard(stderr: string): string | undefined {
  const lines = stderr.split('\n').filter((line) => /Discovered OrtHardwareDevice \{.*type:1,/.test(line))
  const fastest = lines.find((line) => line.includes('DxgiHighPerformanceIndex=0')) ?? lines[0]
  return fastest && /\bDescription=([^,\]]+)/.exec(fastest)?.[1]
}

const isSoftware = (name: string, driver: string): boolean =>
  softwareName(name) !== undefined || softwareName(basename(driver)) !== undefined
