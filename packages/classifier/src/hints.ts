import { classNames } from './class-names.ts'
import { ClassifierError } from './core.ts'
import type { ModelOptions } from './description.ts'

/** What is known of a foreign model before it is opened, from any metadata that says it; what the caller says comes first. */
export function hintsOf(metadata: Record<string, string>, name: string, given: ModelOptions): ModelOptions {
  const classes = classNames(metadata)
  return { ...(classes && { classes }), ...bitmapHints(metadata, name), ...given }
}

/** ONNX's own words for images (MetadataProps.md). */
function bitmapHints(metadata: Record<string, string>, name: string): ModelOptions {
  const range = metadata['Image.NominalPixelRange']
  const ranges: Record<string, ModelOptions> = {
    NominalRange_0_255: { scale: 1 },
    Normalized_0_1: { scale: 1 / 255 },
    Normalized_1_1: { scale: 1 / 127.5, mean: 1 },
  }
  if (range !== undefined && !ranges[range])
    throw new ClassifierError(
      `${name}: metadata Image.NominalPixelRange: expected ${Object.keys(ranges).join(', ')}, found ${range}. ` +
        'Say what the model wants by scale, mean and std',
    )
  const isBgr = /^Bgr/i.test(metadata['Image.BitmapPixelFormat'] ?? '')
  return { ...(range !== undefined && ranges[range]), ...(isBgr && { colors: 'bgr' }) }
}
