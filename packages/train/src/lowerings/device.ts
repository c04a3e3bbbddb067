import type { Lowering } from './plain/lowering.ts'

/** What a device does in its own way; all else is the same for every device (`rewrite.ts`). */
export interface DeviceLowering {
  /** How operators are said there: ours by `pixelrow:Name`, and any of ONNX's own that the device lacks by its name. */
  rules: Readonly<Record<string, Lowering>>
  /** Whether convolutions, and what lies between them, can work on blocks of channels. */
  hasBlocks: boolean
  /** How many small parameters are updated as one at most; see `horizontal-fusion.ts`. */
  fused: number
}
