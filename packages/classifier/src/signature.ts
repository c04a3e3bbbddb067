import { ClassifierError } from './core.ts'
import type { Session } from './session.ts'
import type { ImageShape } from './types.ts'

/** What a run needs to know of inputs and outputs. */
export interface RawSignature {
  input: string
  type: 'uint8' | 'float16' | 'float32'
  /** Dimensions behind the batch: `[784]`, `[28, 28, 1]` or `[3, 224, 224]`. */
  imageDims: readonly number[]
  output: string
  /** The class index as int64, where a model of pixelrow has such an output. */
  label?: string
}

/** What is fed and fetched. */
export interface Signature extends RawSignature {
  /** The only batch that the model takes, where it is written into its graph. */
  batch?: number
  /** Where the input has its channels: before the pixels (NCHW), or behind them. */
  channelsFirst: boolean
  shape: ImageShape
}

/** The one input of a session. */
export function onlyInput({ inputNames }: Session, name: string): string {
  const [input] = inputNames
  if (input !== undefined && inputNames.length === 1) return input
  throw new ClassifierError(`${name}: expected one input, found ${inputNames.length}`)
}

/** A model of pixelrow: raw bytes in, `probabilities` and perhaps `label` out. */
export function ownSignature(session: Session, shape: ImageShape, name: string): RawSignature {
  const input = onlyInput(session, name)
  if (!session.outputNames.includes('probabilities'))
    throw new ClassifierError(`${name}: expected an output named 'probabilities', found ${quoted(session.outputNames)}`)
  const size = shape.height * shape.width * shape.channels
  const { type = 'uint8', shape: dims = ['N', size] } = session.inputMetadata?.[0] ?? {}
  const imageDims = dims.slice(1).map(Number)
  if (type !== 'uint8' || product(imageDims) !== size)
    throw new ClassifierError(
      `${name}: expected an input of uint8 [N, ${size}] as its metadata says, found ${type} [${dims.join(', ')}]`,
    )
  const label = session.outputNames.includes('label') && { label: 'label' }
  return { input, type, imageDims, output: 'probabilities', ...label }
}

/** The product of dimensions. */
export const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1)
/** Names for an error. */
export const quoted = (names: readonly string[]): string => names.map((each) => `'${each}'`).join(', ')
