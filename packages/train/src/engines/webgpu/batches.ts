import type { Tensor } from '@pixelrow/runtime'
import { dataTypeOf } from '../../../../../common/values.ts'
import { imagesOf } from '../../augmented.ts'
import { type Mask, maskBytes } from '../../masks.ts'
import type { Chunk, CompileOptions } from '../../types.ts'
import type { Runtime } from '../runtime.ts'
import { ofStep } from '../unrolled.ts'

/** What the steps' batches are made of. */
export interface BatchData extends Pick<CompileOptions, 'pixels' | 'labels' | 'seed' | 'augment'> {
  batchSize: number
  imageBytes: number
  masks: Mask[]
  scalars: string[]
}

/** Some steps of a chunk, from 0. */
export interface Span {
  start: number
  count: number
}

/** What a model of steps is fed beside the state: each step's rows are gathered, and augmented, here, since the shapes of what a GPU is given must not change. */
export function batchesOf({ Tensor }: Runtime, data: BatchData, chunk: Chunk, { start, count }: Span) {
  const feeds: Record<string, Tensor> = {}
  const { batchSize, imageBytes, labels, masks, seed } = data
  for (let step = 0; step < count; step++) {
    const at = start + step
    const rows = chunk.rows.subarray(at * batchSize, (at + 1) * batchSize)
    const images = imagesOf(data, rows, chunk.epoch)
    feeds[ofStep('pixels', step)] = new Tensor(dataTypeOf(images), images, [batchSize, imageBytes])
    feeds[ofStep('labels', step)] = new Tensor(
      'int32',
      Int32Array.from(rows, (row) => labels[row]!),
      [batchSize],
    )
    for (const [name, values] of Object.entries(chunk.scalars)) {
      feeds[ofStep(name, step)] = new Tensor('float32', values.slice(at, at + 1), [])
    }
    for (const mask of masks) {
      const bytes = maskBytes(mask, { seed, first: chunk.first + at })
      feeds[ofStep(mask.name, step)] = new Tensor('uint8', bytes, [mask.size])
    }
  }
  return feeds
}
