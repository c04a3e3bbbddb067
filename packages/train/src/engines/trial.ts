import type { Runtime } from './runtime.ts'

/** A model to be run once, to see what this onnxruntime makes of it. */
export interface Trial {
  model: Uint8Array
  inputs: Record<string, TrialTensor>
}

/** A tensor as plain data. */
export interface TrialTensor {
  dataType: 'float32' | 'int32' | 'uint8'
  dims: readonly number[]
  data: Float32Array | Int32Array | Uint8Array
}

/** The float outputs of a trial by name; undefined where onnxruntime refuses it, as it does operators that it does not have. */
export async function runTrial(
  { InferenceSession, Tensor }: Runtime,
  { model, inputs }: Trial,
): Promise<Record<string, Float32Array> | undefined> {
  // What is refused is said by the caller, in a sentence.
  const session = await InferenceSession.create(model, { logSeverityLevel: 4, intraOpNumThreads: 1 }).catch(
    () => undefined,
  )
  if (!session) return undefined
  try {
    const feeds = Object.entries(inputs).map(([name, { dataType, data, dims }]) => [
      name,
      new Tensor(dataType, data, dims),
    ])
    const results = await session.run(Object.fromEntries(feeds))
    return Object.fromEntries(
      Object.entries(results).map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)]),
    )
  } catch {
    return undefined
  } finally {
    await session.release()
  }
}
