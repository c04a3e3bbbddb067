import type { DeviceLowering } from '../device.ts'
import { plainRules } from '../plain/index.ts'

/** Where onnxruntime has them, its operators on blocks take the convolutions (`blocks/`), by rules of their own. */
export const cpu: DeviceLowering = { rules: plainRules, hasBlocks: true, fused: Infinity }
