import { areFloats } from '../../../common/values.ts'
import { ModelError } from './error.ts'
import type { Architecture, ImageShape, Layer } from './types.ts'
import { checkClasses, validate } from './validate.ts'

/** What an architecture is made for; a `PixelTable` with labels fits. */
export interface Source {
  shape: ImageShape
  /** The value that stands for white, 1..255. */
  maxValue: number
  /** Of a table: where they are 32-bit floats, the architecture takes floats. */
  pixels?: Uint8Array | Float32Array
  /** The text of each class. */
  classes?: readonly string[]
}

/** The architecture of `body` and one logit a class, for what `source` holds. */
export function architectureOf(source: Source, body: readonly Layer[]): Architecture {
  const classes = classesOf(source)
  const { height, width, channels, channelOrder } = source.shape
  const result: Architecture = {
    input: {
      shape: { height, width, channels, channelOrder },
      maxValue: source.maxValue,
      ...(areFloats(source.pixels) && { dataType: 'float32' as const }),
    },
    layers: [...body, { type: 'dense', units: classes.length }],
  }
  validate(result, { classes })
  return result
}

function classesOf(source: Source): readonly string[] {
  if (source.classes) return checkClasses(source.classes)
  throw new ModelError(
    'MODEL_CLASSES_MISSING',
    'The source has no classes: it was read without labels. Give classes, or read it with its label column.',
  )
}
