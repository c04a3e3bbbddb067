import type { InferenceSession } from 'onnxruntime-node'
import { prepareBytes } from '../lowerings/cpu/blocks/stem.ts'
import type { LoopCarried } from '../lowerings/index.ts'
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
  logits(values: Record<string, Float32Array>, pixels: Uint8Array): Promise<Float32Array>
  release(): Promise<void>
}

/** Opens a session of a forward graph for images of so many bytes. */
export async function openForward(
  { InferenceSession, Tensor }: Runtime,
  { model, isFixed, byteOrder, weights, imageBytes, ...options }: ForwardJob & ForwardOptions,
): Promise<Forward> {
  const session = await InferenceSession.create(model, options)

  /** So many rows: black ones where there are no more. */
  function batchOf(pixels: Uint8Array, size: number): Uint8Array {
    if (pixels.length === size * imageBytes) return pixels
    const batch = new Uint8Array(size * imageBytes)
    batch.set(pixels)
    return batch
  }

  async function logits(values: Record<string, Float32Array>, pixels: Uint8Array): Promise<Float32Array> {
    const rows = pixels.length / imageBytes
    const given = weights.map((tensor) => [tensor.name, new Tensor('float32', pack(tensor, values), tensor.dims)])
    const feeds = Object.fromEntries(given)
    let all: Float32Array | undefined
    for (let start = 0; start < rows; start += FORWARD_ROWS) {
      const count = Math.min(FORWARD_ROWS, rows - start)
      const size = isFixed ? FORWARD_ROWS : count
      const batch = batchOf(pixels.subarray(start * imageBytes, (start + count) * imageBytes), size)
      const bytes = byteOrder ? prepareBytes(batch, byteOrder, imageBytes) : batch
      const result = await session.run({ ...feeds, pixels: new Tensor('uint8', bytes, [size, bytes.length / size]) })
      const found = result.logits!.data as Float32Array
      const classes = found.length / size
      all ??= new Float32Array(rows * classes)
      all.set(found.subarray(0, count * classes), start * classes)
    }
    return all ?? new Float32Array()
  }

  return { logits, release: () => session.release() }
}

/** Where and how it runs. */
type ForwardOptions = InferenceSession.SessionOptions & { imageBytes: number }
