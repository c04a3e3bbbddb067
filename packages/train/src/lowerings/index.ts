import type { Graph } from '@pixelrow/onnx'
import { oneOf, whole } from '../../../../common/options.ts'
import { check } from '../check.ts'
import type { Precision } from '../types.ts'
import { cpu } from './cpu/index.ts'
import { cuda } from './cuda/index.ts'
import type { DeviceLowering } from './device.ts'
import { withHalfProducts } from './half.ts'
import type { Lowered } from './lowered.ts'
import { rewritten } from './rewrite.ts'
import { webgpu } from './webgpu/index.ts'

export type { LoopCarried, LoopCarriedPart, Lowered } from './lowered.ts'

const devices = { cpu, cuda, webgpu } satisfies Record<string, DeviceLowering>

/** A device that a graph can be lowered for. */
export type LoweringDevice = keyof typeof devices

const names = Object.keys(devices) as LoweringDevice[]

/** For what a graph is lowered. */
export interface LowerOptions {
  /** Default: `cpu`. */
  device?: LoweringDevice
  /** What the CPU's convolutions work on, with all that lies between them: 8 or 16 numbers; default 1, where all stays plain. */
  block?: number
  /** `fp16` has products, but for the optimiser's, take and give float16. Default: float32. */
  precision?: Precision
}

/**
 * Rewrites a training graph's `step` or `forward` into operators that onnxruntime runs on a device: those of the domain `pixelrow` are said in ONNX's
 * own, in the way that is fastest there. Throws a `TrainError` for options that do not fit and for operators that it does not know.
 */
export function lower(graph: Graph, options: LowerOptions = {}): Lowered {
  check('lower', options, {
    device: oneOf(...names),
    block: whole(1, { most: 16 }),
    precision: oneOf('fp32', 'tf32', 'fp16'),
  })
  const { device = 'cpu', block = 1, precision } = options
  const lowered = rewritten(graph, { ...devices[device], block })
  return precision === 'fp16' ? { ...lowered, graph: withHalfProducts(lowered.graph) } : lowered
}
