import type { DeviceLowering } from '../device.ts'
import { plainRules } from '../plain/index.ts'

/** All plain. */
export const cuda: DeviceLowering = { rules: plainRules, hasBlocks: false, fused: Infinity }
