import type { ModelDescription } from './description.ts'
import { ClassifierError } from './errors.ts'

/** The part of an onnxruntime session that a classifier needs; onnxruntime's `InferenceSession` fits as it is. */
export interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /** Types and shapes of the inputs; a dimension known only at run time is a string. */
  readonly inputMetadata?: readonly { name: string; type?: string; shape?: readonly (number | string)[] }[]
  run(feeds: Record<string, unknown>, fetches: readonly string[]): Promise<Record<string, { readonly data?: unknown }>>
  release(): Promise<void>
}

/** Makes the runtime's own tensor: `(type, data, dims) => new ort.Tensor(type, data, dims)`. */
export type TensorFactory = (type: 'uint8', data: Uint8Array, dims: readonly number[]) => unknown

/** What the classifier feeds and fetches. */
export interface Signature {
  input: string
  /** Dimensions behind the batch: `[784]` or `[28, 28, 1]`. */
  imageDims: readonly number[]
  probabilities: string
  /** The class index as int64, where the model has such an output. */
  label?: string
}

/** Reads which tensors go in and out, and checks that the input takes images of the described size. */
export function signatureOf(session: Session, { shape }: ModelDescription, name: string): Signature {
  const [input] = session.inputNames
  if (input === undefined || session.inputNames.length !== 1)
    throw new ClassifierError(`${name}: expected one input, found ${session.inputNames.length}`)
  if (!session.outputNames.includes('probabilities'))
    throw new ClassifierError(
      `${name}: expected an output named 'probabilities', found ${session.outputNames.map((x) => `'${x}'`).join(', ')}`,
    )
  const size = shape.height * shape.width * shape.channels
  const { type = 'uint8', shape: dims = ['N', size] } = session.inputMetadata?.[0] ?? {}
  const imageDims = dims.slice(1).map(Number)
  if (type !== 'uint8' || imageDims.reduce((product, dim) => product * dim, 1) !== size)
    throw new ClassifierError(
      `${name}: expected an input of uint8 [N, ${size}] as its metadata says, found ${type} [${dims.join(', ')}]`,
    )
  return {
    input,
    imageDims,
    probabilities: 'probabilities',
    ...(session.outputNames.includes('label') && { label: 'label' }),
  }
}
