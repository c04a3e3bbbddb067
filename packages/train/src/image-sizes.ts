import type { Dim } from '@pixelrow/onnx'
import { unsupported } from './error.ts'

/** The sizes of images `[N, C, H, W]`, all of them numbers; throws a `TrainError` for what has another rank. */
export function imageSizes({ dims }: { dims: readonly Dim[] }): [number, number, number, number] {
  const [batch, channels, height, width, ...more] = dims.map(Number)
  if (batch === undefined || channels === undefined || height === undefined || width === undefined || more.length > 0)
    throw unsupported(`Images have four dimensions; found ${dims.length}.`, { expected: 4, found: dims.length })
  return [batch, channels, height, width]
}
