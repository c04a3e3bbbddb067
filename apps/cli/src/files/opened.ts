import { describe, type Port } from '@pixelrow/export'
import { open } from '@pixelrow/infer-node'
import { JobError } from '../line/errors.ts'

/** How many elements an input of zeros may have: a run is tried where it costs next to nothing. */
const mostElements = 2 ** 24

/**
 * Opens a file that a command is about to write, and runs it once on zeros where its inputs say their sizes; the batch may be open. Whoever is
 * told that a file is written can use it. Throws a JobError with what onnxruntime says of it. What a training leaves is opened by its own check,
 * which runs it on rows (`training/export.ts`).
 */
export async function requireOpens(name: string, bytes: Uint8Array, threads?: number): Promise<void> {
  const feeds = zerosFor(describe(bytes).inputs)
  try {
    const session = await open(bytes, { device: 'cpu', ...(threads !== undefined && { threads }) })
    try {
      if (feeds) await session.run(feeds)
    } finally {
      await session.close()
    }
  } catch (error) {
    const reason = (error as Error).message.replace(/\s+/g, ' ').trim()
    const message = `${name}: onnxruntime cannot use the file that came out, and it is not written: ${reason}`
    throw new JobError(message, 'inspect the model it was made of, or choose another --precision', {
      code: 'CLI_MODEL_UNUSABLE',
      params: { file: name, reason },
    })
  }
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} as const

/** A tensor of zeros for each input; nothing where a size but the batch's is open, or there are no such numbers. */
function zerosFor(inputs: readonly Port[]) {
  const feeds = inputs.map(({ name, dataType, dims }) => {
    const sizes = dims?.map((dim, axis) => (typeof dim === 'string' && axis === 0 ? 1 : dim))
    const elements = sizes?.reduce<number>((product, dim) => product * Number(dim), 1) ?? Number.NaN
    if (!Object.hasOwn(arrays, dataType) || !(elements <= mostElements)) return undefined
    const data = new arrays[dataType as keyof typeof arrays](elements)
    return [name, { dataType, dims: sizes!.map(Number), data }] as const
  })
  return feeds.every((feed) => feed !== undefined) ? Object.fromEntries(feeds) : undefined
}
