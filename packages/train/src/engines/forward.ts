import type { InferenceSession } from '@pixelrow/runtime'
import { dataTypeOf, type PixelValues } from '../../../../common/values.ts'
import { prepareBytes } from '../lowerings/cpu/blocks/stem.ts'
import type { LoopCarried } from '../lowerings/index.ts'
import { inRuns } from './in-runs.ts'
import type { Runtime } from './runtime.ts'
import { pack } from './state.ts'

/** The forward graph as a device runs it. */
export interface ForwardJob {
  model: Uint8Array
  /** Takes `FORWARD_ROWS` rows and no other number. */
  isFixed: boolean
  /** How bytes are prepared, as in training. */
  byteOrder: Int32Array | undefined
  /** Weights and statistics as the model takes them. */
  weights: LoopCarried[]
}

/** Rows of one forward run: larger runs are slower, and their activations would not fit the caches. */
export const FORWARD_ROWS = 256

/** A forward graph in a session. */
export interface Forward {
  /** The logits of images of so many bytes, with these weights. */
  logits(values: Record<string, Float32Array>, pixels: PixelValues): Promise<Float32Array>
  release(): Promise<void>
}

/** Opens a session of a forward graph for images of so many bytes. */
export async function openForward(
  { InferenceSession, Tensor }: Runtime,
  { model, isFixed, byteOrder, weights, imageBytes, ...options }: ForwardJob & ForwardOptions,
): Promise<Forward> {
  const session = await InferenceSession.create(model, options)

  function logits(values: Record<string, Float32Array>, pixels: PixelValues): Promise<Float32Array> {
    const given = weights.map((tensor) => [tensor.name, new Tensor('float32', pack(tensor, values), tensor.dims)])
    const feeds = Object.fromEntries(given)
    return inRuns(pixels, { imageBytes, rows: FORWARD_ROWS, isFixed }, async (batch, images) => {
      const bytes = byteOrder ? prepareBytes(batch, byteOrder, imageBytes) : batch
      const results = await session.run({
        ...feeds,
        pixels: new Tensor(dataTypeOf(bytes), bytes, [images, bytes.length / images]),
      })
      return results.logits!.data as Float32Array
    })
  }

  return { logits, release: () => session.release() }
}

/** Where and how it runs. */
type ForwardOptions = InferenceSession.SessionOptions & { imageBytes: number }
