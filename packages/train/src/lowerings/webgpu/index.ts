import type { DeviceLowering } from '../device.ts'
import { plainRules } from '../plain/index.ts'

/** The buffers that a shader may bind on every device; an operator's outputs, with its input, are no more. */
const BUFFERS = 8

/**
 * Launches are what small operators cost here, so that parameters are fused as on the CPU; but as many at a time as one `Split` and one `Concat`
 * can bind.
 */
export const webgpu: DeviceLowering = { rules: plainRules, hasBlocks: false, fused: BUFFERS - 1 }
