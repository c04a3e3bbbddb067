import type { Graph } from '@pixelrow/onnx'
import type { Lowering } from './plain/lowering.ts'

/** What a device does in its own way; all else is the same for every device (`rewrite.ts`). */
export interface DeviceLowering {
  /** What is brought into another form or order before the rules are applied. */
  prepare?: (graph: Graph) => Graph
  /** How operators are said there: ours by `pixelrow:Name`, and any of ONNX's own that the device lacks by its name. */
  rules: Readonly<Record<string, Lowering>>
  /** Whether convolutions, and what lies between them, can work on blocks of channels. */
  hasBlocks: boolean
  /** How many small parameters are updated as one at most; see `horizontal-fusion.ts`. */
  fused: number
  /** How many nodes must fall away for it: what puts the parameters in a row and takes them apart costs something, too. Default 1. */
  fusionSaves?: number
}
