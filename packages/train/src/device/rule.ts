import type { Device } from '../types.ts'

/** What two cores with AVX-512 do in a second, measured in training convolutions on blocks. */
export const CPU_FLOPS_PER_SECOND = 200e9

/**
 * A job of fewer floating-point operations stays on the CPU: there it takes twenty seconds. Looking for a GPU, trying it and starting on it take about
 * five, and a rule that could lose a quarter of a training must have something to win.
 */
export const LARGE_JOB = 20 * CPU_FLOPS_PER_SECOND

/** Best first. */
const preference = ['cuda', 'webgpu']

/** Whether a job of so many floating-point operations stays on the CPU whatever else there is: then nothing else is looked at. */
export const isSmall = (flops: number): boolean => flops < LARGE_JOB

/**
 * The devices on which a training of so many floating-point operations (`steps` × those of one step's convolutions and matrix products) is tried, best
 * first: below 4·10¹² the CPU alone, else CUDA, then WebGPU where its adapter is hardware, then the CPU. A pure function: the same job and the same
 * devices give the same order.
 */
export function deviceOrder(flops: number, devices: readonly Device[]): string[] {
  const isUsable = (name: string) =>
    devices.some((device) => device.name === name && device.available && device.adapter?.type !== 'software')
  return [...(isSmall(flops) ? [] : preference.filter(isUsable)), 'cpu']
}

/** Why a device that is there, or is not, has no place in the order of a large job. */
export function reasonAgainst({ available, reason, adapter }: Device): string | undefined {
  if (!available) return reason ?? 'it cannot be used here'
  return adapter?.type === 'software'
    ? `its adapter, ${adapter.name}, is software, slower than the CPU itself`
    : undefined
}
