import type { Graph } from '@pixelrow/onnx'
import { cpu } from './cpu/index.ts'
import { cuda } from './cuda/index.ts'
import type { DeviceLowering } from './device.ts'
import type { Lowered } from './lowered.ts'
import { rewritten } from './rewrite.ts'
import { webgpu } from './webgpu/index.ts'

export type { LoopCarried, LoopCarriedPart, Lowered } from './lowered.ts'

const devices = { cpu, cuda, webgpu } satisfies Record<string, DeviceLowering>

/** A device that a graph can be lowered for. */
export type LoweringDevice = keyof typeof devices

/**
 * Rewrites a graph into what onnxruntime runs on a device, `cpu` by default. With a `block` (8 or 16, what the CPU's convolutions work on),
 * convolutions and what lies between them work on blocks where `cpu/blocks/plan.ts` says so; with 1 all stays plain.
 */
export function lower(graph: Graph, { device = 'cpu', block = 1 }: LowerOptions = {}): Lowered {
  return rewritten(graph, { ...devices[device], block })
}

interface LowerOptions {
  device?: LoweringDevice
  block?: number
}
