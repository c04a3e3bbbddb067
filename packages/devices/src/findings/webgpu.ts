import { cpus, release } from 'node:os'
import { findVulkanLoader } from '../cuda/nvidia.ts'
import { lookAtCard } from './card.ts'
import { cardDevices, cardVendors } from './graphics.ts'
import { installFix, type PackageNames } from './system.ts'
import type { Adapter, Finding } from './types.ts'
import { type VulkanDriver, vulkanDrivers } from './vulkan.ts'

/** What is known of WebGPU before a trial. */
export interface WebgpuLook {
  findings: Finding[]
  /** Known where nothing but software can answer, and on macOS. */
  adapter?: Adapter
}

const loaderPackage: PackageNames = {
  apt: 'libvulkan1',
  dnf: 'vulkan-loader',
  pacman: 'vulkan-icd-loader',
  zypper: 'libvulkan1',
}

/** Mesa has the drivers of AMD's and Intel's cards, and llvmpipe, which needs none. */
const mesaPackage: PackageNames = {
  apt: 'mesa-vulkan-drivers',
  dnf: 'mesa-vulkan-drivers',
  pacman: 'vulkan-radeon vulkan-intel vulkan-swrast',
  zypper: 'libvulkan_radeon libvulkan_intel libvulkan_lvp',
}

/** WebGPU stands on Vulkan under Linux; Metal and Direct3D 12 are parts of macOS and Windows. */
export function lookAtWebgpu(root: string): WebgpuLook {
  if (process.platform === 'linux') return lookAtVulkan(root)
  if (process.platform === 'darwin') return lookAtMetal()
  return { findings: [{ piece: 'd3d12', ok: true, found: `Windows ${release()}` }] }
}

function lookAtMetal(): WebgpuLook {
  const name = cpus()[0]?.model ?? 'Metal'
  return {
    findings: [{ piece: 'metal', ok: true, found: `macOS, Darwin ${release()}` }],
    // Every Mac that Node 20 runs on has a GPU; that of Apple's processors bears their name.
    adapter: { name, type: 'hardware', backend: 'Metal' },
  }
}

function lookAtVulkan(root: string): WebgpuLook {
  const drivers = vulkanDrivers(root)
  const usable = drivers.filter(({ isThere }) => isThere)
  const loader = findVulkanLoader({ root })?.path
  const fix = fixOf(loader === undefined, usable.length === 0, root)
  const pieces = [loaderFinding(loader, fix), driverFinding(drivers, usable, fix)]
  const isThere = pieces.every(({ ok }) => ok)
  const only = isThere ? onlySoftware(usable, root) : undefined
  // Software plays a card where there is none.
  const card = lookAtCard(root, { isNeeded: !isThere || usable.every((driver) => driver.software === undefined) })
  return { findings: [card, ...pieces], ...(only && { adapter: only }) }
}

/** One command for all that is missing. NVIDIA's Vulkan driver is a part of its driver; Mesa has all others. */
function fixOf(withLoader: boolean, withDriver: boolean, root: string): string {
  const vendors = cardVendors(root)
  const isNvidia = vendors.includes('NVIDIA') && vendors.length === 1
  if (!withLoader && withDriver && isNvidia)
    return "Install the Vulkan part of NVIDIA's driver (in Debian nvidia-vulkan-icd, in Ubuntu libnvidia-gl of the driver's version)."
  return installFix([...(withLoader ? [loaderPackage] : []), ...(withDriver && !isNvidia ? [mesaPackage] : [])], root)
}

function loaderFinding(loader: string | undefined, fix: string): Finding {
  if (loader) return { piece: 'vulkan-loader', ok: true, found: loader }
  const reason = "Vulkan's loader is missing: there is no libvulkan.so.1"
  return { piece: 'vulkan-loader', ok: false, reason, fix }
}

function driverFinding(drivers: readonly VulkanDriver[], usable: readonly VulkanDriver[], fix: string): Finding {
  const found = usable.map(({ software, library }) => (software ? `${software} (software), ${library}` : library))
  if (found.length > 0) return { piece: 'vulkan-driver', ok: true, found: found.join('; ') }
  const [broken] = drivers
  const reason = broken
    ? `a Vulkan driver is announced and missing: ${broken.manifest} names ${broken.library}, which is not there or not for this processor`
    : 'there is no Vulkan driver'
  return { piece: 'vulkan-driver', ok: false, reason, fix }
}

/** The software driver that must answer, where no driver is for a card or the kernel has no card. */
function onlySoftware(usable: readonly VulkanDriver[], root: string): Adapter | undefined {
  const [software] = usable.flatMap((driver) => driver.software ?? [])
  const isOnly = usable.every((driver) => driver.software !== undefined) || cardDevices(root).length === 0
  return software && isOnly ? { name: software, type: 'software', backend: 'Vulkan' } : undefined
}
