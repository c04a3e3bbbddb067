import { readMetadata } from '@pixelrow/onnx/metadata'
import type { ModelDescription } from './description.ts'
import { imageSize } from './fit.ts'
import { loadDescriptions } from './later.ts'
import { isCount } from './scores.ts'
import type { Session } from './session.ts'
import type { RawSignature } from './signature.ts'

// What a model of pixelrow says of itself, as long as all is well. What is not is looked at again, and told, by description.ts and signature.ts.

/** The description in the metadata that pixelrow writes; undefined where there is none of it. Throws a `ClassifierError` where it is not what it should be. */
export async function ownDescription(bytes: Uint8Array, name: string): Promise<ModelDescription | undefined> {
  try {
    const metadata = readMetadata(bytes)
    const [classes, shape, maxValue] = ['classes', 'shape', 'max_value'].map((key) =>
      JSON.parse(metadata[`pixelrow.${key}`]!),
    )
    if (
      classes.every((each: unknown) => typeof each === 'string') &&
      [classes.length, shape.height, shape.width, shape.channels, maxValue, 256 - maxValue].every(isCount) &&
      /^(interleaved|planar)$/.test(shape.channelOrder) &&
      !('pixelrow.preparation' in metadata)
    )
      return { classes, shape, maxValue, classesFrom: 'metadata' }
  } catch {}
  return (await loadDescriptions()).describedIfOurs(bytes, name)
}

/** How such a model is fed and what is fetched. Throws a `ClassifierError` where its graph is not what its metadata says. */
export async function ownSignature(session: Session, model: ModelDescription, name: string): Promise<RawSignature> {
  const { inputNames, outputNames, inputMetadata } = session
  const [input, more] = inputNames
  const { type, shape = [] } = inputMetadata?.[0] ?? {}
  const imageDims = shape.slice(1).map(Number)
  const isFine = type === 'uint8' && imageDims.reduce((a, b) => a * b, 1) === imageSize(model)
  if (!isFine || !input || more || !outputNames.includes('probabilities'))
    return (await import('./signature.ts')).ownSignature(session, model.shape, name)
  return { input, type, imageDims, output: 'probabilities', ...(outputNames.includes('label') && { label: 'label' }) }
}
