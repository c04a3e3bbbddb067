import { distributions, installCommand, sudo } from './system.ts'
import type { Finding } from './types.ts'

/** The oldest drivers that run a version of CUDA, by NVIDIA's table of compatibility. */
const least: Readonly<Record<number, number>> = { 12: 525, 13: 580 }

/** What is wrong with a driver that is older than a version of CUDA wants; undefined if nothing is. */
export function driverTooOld(
  driver: string,
  cuda: number,
  root: string,
): Required<Pick<Finding, 'reason' | 'fix'>> | undefined {
  const needed = least[cuda]
  const version = Number.parseInt(driver, 10)
  if (needed === undefined || Number.isNaN(version) || version >= needed) return undefined
  const reason = `NVIDIA's driver ${driver} is too old for CUDA ${cuda}, which needs ${needed} or later`
  return { reason, fix: driverFix(root) }
}

/** How to get a driver: Ubuntu has a command that chooses it, elsewhere it depends on the card and the distribution's release. */
export function driverFix(root: string): string {
  if (!distributions(root).includes('ubuntu'))
    return "Install NVIDIA's driver, 580 or later (https://www.nvidia.com/drivers), and restart."
  const name = 'ubuntu-drivers-common'
  const tool = installCommand([{ apt: name, dnf: name, pacman: name, zypper: name }], root)
  return `${tool} && ${sudo()}ubuntu-drivers install`
}
