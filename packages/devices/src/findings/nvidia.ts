import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { driverFix, driverTooOld } from './driver.ts'
import { below, namesIn, textOf } from './files.ts'
import { cardVendors } from './graphics.ts'
import type { Finding } from './types.ts'

/** What the system says of NVIDIA's cards and their driver. */
export interface NvidiaLook {
  /** The first card's name. */
  name?: string
  findings: Finding[]
}

/** What is to be looked at: where, what was found of the driver's library, and which CUDA the driver is to run. */
interface Wanted {
  root: string
  libcuda: string | undefined
  cuda: number
}

/** The card, the kernel driver and the driver's library, on Linux. */
export function lookAtNvidia({ root, libcuda, cuda }: Wanted): NvidiaLook {
  const cards = namesIn(below(root, '/proc/driver/nvidia/gpus')).flatMap((bus) => cardAt(bus, root))
  // Windows' subsystem for Linux has the driver on the other side.
  const isWsl = existsSync(below(root, '/dev/dxg')) && libcuda !== undefined
  const driver = driverVersion(root) ?? (isWsl ? 'of Windows' : undefined)
  const hasCard = driver !== undefined || cardVendors(root).includes('NVIDIA')
  return {
    ...(cards[0] && { name: cards[0] }),
    findings: [
      cardFinding(hasCard, cards),
      driverFinding({ driver, hasCard, cuda }, root),
      libcudaFinding(driver, libcuda, root),
    ],
  }
}

function cardAt(bus: string, root: string): string[] {
  const about = textOf(join(below(root, '/proc/driver/nvidia/gpus'), bus, 'information')) ?? ''
  const model = /^Model:\s*(.+)$/m.exec(about)?.[1]?.trim()
  return model ? [model] : []
}

/** Its first line is `NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  …`, of newer ones `… Open Kernel Module for x86_64  580.65.06  …`. */
function driverVersion(root: string): string | undefined {
  return /Kernel Module.*?\s(\d+\.\d+(?:\.\d+)?)\s/.exec(textOf(below(root, '/proc/driver/nvidia/version')) ?? '')?.[1]
}

function cardFinding(hasCard: boolean, cards: readonly string[]): Finding {
  if (hasCard) return { piece: 'gpu', ok: true, found: cards.length > 0 ? cards.join(', ') : 'an NVIDIA GPU' }
  const fix = 'No command can mend that: CUDA runs on NVIDIA GPUs alone.'
  return { piece: 'gpu', ok: false, reason: 'this machine has no NVIDIA GPU', fix }
}

function driverFinding(
  { driver, hasCard, cuda }: { driver: string | undefined; hasCard: boolean; cuda: number },
  root: string,
): Finding {
  const problem = driver === undefined ? undefined : driverTooOld(driver, cuda, root)
  if (driver !== undefined && !problem) return { piece: 'driver', ok: true, found: driver }
  if (problem) return { piece: 'driver', ok: false, ...problem }
  const reason = "NVIDIA's kernel driver is not loaded: there is no /proc/driver/nvidia/version"
  return { piece: 'driver', ok: false, reason, fix: hasCard ? driverFix(root) : 'It comes with an NVIDIA GPU alone.' }
}

function libcudaFinding(driver: string | undefined, libcuda: string | undefined, root: string): Finding {
  if (libcuda) return { piece: 'libcuda', ok: true, found: libcuda }
  const reason = "the driver's library is missing: there is no libcuda.so.1"
  return { piece: 'libcuda', ok: false, reason, fix: driver ? libcudaFix(root) : "It comes with NVIDIA's driver." }
}

/** A driver without its library is what a container has that was not started for GPUs. */
function libcudaFix(root: string): string {
  const isContainer = ['/.dockerenv', '/run/.containerenv'].some((path) => existsSync(below(root, path)))
  return isContainer
    ? "Start the container with its GPU: docker run --gpus all … (it needs NVIDIA's container toolkit)."
    : "Install the library of the driver's own version (in Debian libcuda1, in Ubuntu libnvidia-compute of that version)."
}
