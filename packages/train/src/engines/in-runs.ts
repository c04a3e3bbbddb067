import { emptyLike, type PixelValues } from '../../../../common/values.ts'

/** How a forward model takes images. */
interface Runs {
  imageBytes: number
  /** Images of one run. */
  rows: number
  /** No other number will do: black images fill the last run. */
  isFixed: boolean
}

/** The logits of images, run by run. `run` is given a run's pixels and how many images they are. */
export async function inRuns(
  pixels: PixelValues,
  { imageBytes, rows, isFixed }: Runs,
  run: (pixels: PixelValues, images: number) => Promise<Float32Array>,
): Promise<Float32Array> {
  const all = pixels.length / imageBytes
  let logits: Float32Array | undefined
  for (let start = 0; start < all; start += rows) {
    const count = Math.min(rows, all - start)
    const images = isFixed ? rows : count
    const found = await run(
      filled(pixels.subarray(start * imageBytes, (start + count) * imageBytes), images * imageBytes),
      images,
    )
    const classes = found.length / images
    logits ??= new Float32Array(all * classes)
    logits.set(found.subarray(0, count * classes), start * classes)
  }
  return logits ?? new Float32Array()
}

function filled(pixels: PixelValues, length: number): PixelValues {
  if (pixels.length === length) return pixels
  const whole = emptyLike(pixels, length)
  whole.set(pixels)
  return whole
}
