import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { below, namesIn, textOf } from './files.ts'
import { cardVendors } from './graphics.ts'
import { findLibrary } from './libraries.ts'
import { distributions, installCommand } from './system.ts'
import type { Finding } from './types.ts'

/** What the system says of NVIDIA's cards and their driver. */
export interface NvidiaLook {
  /** The first card's name. */
  name?: string
  /** The kernel driver's version, such as `580.65.06`. */
  driver?: string
  findings: Finding[]
}

/** The card, the kernel driver and the driver's library, on Linux. */
export function lookAtNvidia(root: string): NvidiaLook {
  const cards = namesIn(below(root, '/proc/driver/nvidia/gpus')).flatMap((bus) => cardAt(bus, root))
  const driver = driverVersion(root)
  const libcuda = findLibrary('libcuda.so.1', root)
  // Windows' subsystem for Linux has the driver on the other side.
  const isWsl = existsSync(below(root, '/dev/dxg')) && libcuda !== undefined
  const hasDriver = driver !== undefined || isWsl
  const hasCard = hasDriver || cardVendors(root).includes('NVIDIA')
  return {
    ...(cards[0] && { name: cards[0] }),
    ...(driver && { driver }),
    findings: [
      cardFinding(hasCard, cards),
      driverFinding(hasCard, hasDriver, driver ?? "Windows' driver", root),
      libcudaFinding(hasDriver, libcuda, root),
    ],
  }
}

function cardAt(bus: string, root: string): string[] {
  const about = textOf(join(below(root, '/proc/driver/nvidia/gpus'), bus, 'information')) ?? ''
  const model = /^Model:\s*(.+)$/m.exec(about)?.[1]?.trim()
  return model ? [model] : []
}

/** Its first line is `NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  …`, with `Open` and `for x86_64` in newer ones. */
function driverVersion(root: string): string | undefined {
  return /Kernel Module.*?\s(\d+\.\d+(?:\.\d+)?)\s/.exec(textOf(below(root, '/proc/driver/nvidia/version')) ?? '')?.[1]
}

function cardFinding(hasCard: boolean, cards: readonly string[]): Finding {
  if (hasCard) return { piece: 'gpu', ok: true, found: cards.length > 0 ? cards.join(', ') : 'an NVIDIA GPU' }
  return {
    piece: 'gpu',
    ok: false,
    reason: 'this machine has no NVIDIA GPU',
    fix: 'No command can mend that: CUDA runs on NVIDIA GPUs alone.',
  }
}

function driverFinding(hasCard: boolean, hasDriver: boolean, found: string, root: string): Finding {
  if (hasDriver) return { piece: 'driver', ok: true, found }
  const reason = "NVIDIA's kernel driver is not loaded: there is no /proc/driver/nvidia/version"
  return { piece: 'driver', ok: false, reason, fix: hasCard ? driverFix(root) : noCard }
}

const noCard = 'It comes with an NVIDIA GPU alone.'

/** A version of the driver that runs CUDA 13. */
export const driverFix = (root: string): string =>
  distributions(root).includes('ubuntu')
    ? `${installCommandOf('ubuntu-drivers-common', root)} && ${process.getuid?.() === 0 ? '' : 'sudo '}ubuntu-drivers install`
    : "Install NVIDIA's driver, 580 or later (https://www.nvidia.com/drivers), and restart."

const installCommandOf = (name: string, root: string) =>
  installCommand([{ apt: name, dnf: name, pacman: name, zypper: name }], root)

function libcudaFinding(hasDriver: boolean, libcuda: string | undefined, root: string): Finding {
  if (libcuda) return { piece: 'libcuda', ok: true, found: libcuda }
  const reason = "the driver's library is missing: there is no libcuda.so.1"
  return { piece: 'libcuda', ok: false, reason, fix: hasDriver ? libcudaFix(root) : "It comes with NVIDIA's driver." }
}

/** A driver without its library is what a container has that was not started for GPUs. */
function libcudaFix(root: string): string {
  const isContainer = ['/.dockerenv', '/run/.containerenv'].some((path) => existsSync(below(root, path)))
  return isContainer
    ? "Start the container with the GPU: docker run --gpus all … (it needs NVIDIA's container toolkit)."
    : "Install the library of the driver's own version (in Debian libcuda1, in Ubuntu libnvidia-compute of that version)."
}
