import { basename } from 'node:path'
import type { Adapter } from '../findings/types.ts'
import { softwareName } from '../findings/vulkan.ts'

/**
 * The adapter that WebGPU took. onnxruntime does not say; on Linux Vulkan's loader does, when a device is made (VK_LOADER_DEBUG), and on
 * Windows onnxruntime lists the cards that are no software, the fastest first. Undefined where neither said anything.
 */
export function adapterIn(stderr: string): Adapter | undefined {
  const [, name, driver = ''] = /\bUsing "(.+)" with driver: "(.+)"/.exec(stderr) ?? []
  if (name) return { name, type: isSoftware(name, driver) ? 'software' : 'hardware', backend: 'Vulkan' }
  const sorted = /(?:Sorted order|Order set to):\s*\n.*?\[0\] (.+?)\s*(?:\[default\]\s*)?$/m.exec(stderr)?.[1]
  if (sorted) return { name: sorted, type: isSoftware(sorted, '') ? 'software' : 'hardware', backend: 'Vulkan' }
  const card = /Discovered OrtHardwareDevice \{.*type:1, metadata: \[.*\bDescription=([^,\]]+)/.exec(stderr)?.[1]
  return card ? { name: card, type: 'hardware', backend: 'D3D12' } : undefined
}

const isSoftware = (name: string, driver: string): boolean =>
  softwareName(name) !== undefined || softwareName(basename(driver)) !== undefined
