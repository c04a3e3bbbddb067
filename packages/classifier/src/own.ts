import { readMetadata } from '@pixelrow/onnx/metadata'
import type { ModelDescription } from './description.ts'
import { imageSize } from './fit.ts'
import type { Session } from './session.ts'
import type { Signature } from './signature.ts'

// What a model of pixelrow says of itself, as long as all is well. What is not is looked at again, and told, by description.ts and signature.ts.

/** The description in the metadata that pixelrow writes; undefined where there is none of it. Throws a `ClassifierError` where it is not what it should be. */
export async function ownDescription(bytes: Uint8Array, name: string): Promise<ModelDescription | undefined> {
  const metadata = attempt(() => readMetadata(bytes))
  if (metadata && !Object.keys(metadata).some((key) => /^pixelrow\.(classes|shape|max_value)$/.test(key)))
    return undefined
  const found = metadata && attempt(() => quickly(metadata))
  return found ?? (await strictly()).describeModel(bytes, name)
}

function quickly(metadata: Record<string, string>): ModelDescription | undefined {
  const [classes, shape, maxValue] = ['classes', 'shape', 'max_value'].map((key) =>
    JSON.parse(metadata[`pixelrow.${key}`]!),
  )
  const numbers = [classes.length, shape.height, shape.width, shape.channels, maxValue, 256 - maxValue]
  const isFine =
    Array.isArray(classes) &&
    classes.every((each) => typeof each === 'string') &&
    numbers.every((each) => Number.isInteger(each) && each > 0) &&
    /^(interleaved|planar)$/.test(shape.channelOrder) &&
    !('pixelrow.preparation' in metadata)
  return isFine ? { classes, shape, maxValue } : undefined
}

/** How such a model is fed and what is fetched. Throws a `ClassifierError` where its graph is not what its metadata says. */
export async function ownSignature(session: Session, model: ModelDescription, name: string): Promise<Signature> {
  const { inputNames, outputNames, inputMetadata } = session
  const size = imageSize(model)
  const { type = 'uint8', shape: dims = ['N', size] } = inputMetadata?.[0] ?? {}
  const imageDims = dims.slice(1).map(Number)
  const isFine = type === 'uint8' && imageDims.reduce((a, b) => a * b, 1) === size
  if (!isFine || inputNames.length !== 1 || !outputNames.includes('probabilities'))
    return (await import('./signature.ts')).ownSignature(session, model.shape, name)
  const label = outputNames.includes('label') && { label: 'label' }
  return {
    input: inputNames[0]!,
    type,
    imageDims,
    channelsFirst: false,
    shape: model.shape,
    output: 'probabilities',
    ...label,
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

const strictly = (): Promise<typeof import('./description.ts')> =>
  import('./description.ts?later') as Promise<unknown> as Promise<typeof import('./description.ts')>
