import type { Session as OpenSession } from '@pixelrow/export'
import type { InferenceSession } from 'onnxruntime-node'

// Before the import, or it reports usage.
process.env.ORT_DISABLE_TELEMETRY = '1'
const { InferenceSession: Session, Tensor } = await import('onnxruntime-node')

/** Loads an ONNX file in onnxruntime on one CPU thread. */
export function session(bytes: Uint8Array): Promise<InferenceSession> {
  return Session.create(bytes, { executionProviders: ['cpu'], intraOpNumThreads: 1, logSeverityLevel: 3 })
}

/** Runs pixels with these dimensions and gives both outputs with their own. */
export async function predict(session: InferenceSession, pixels: Uint8Array, dims: readonly number[]) {
  const { probabilities, label } = await session.run({ pixels: new Tensor('uint8', pixels, dims) })
  return {
    probabilities: probabilities!.data as Float32Array,
    labels: Array.from(label!.data as BigInt64Array, Number),
    dims: [probabilities!.dims, label!.dims],
    types: [probabilities!.type, label!.type],
  }
}

/** Opens a file as the packages with a runtime do. */
export async function run(bytes: Uint8Array): Promise<OpenSession> {
  const loaded = await session(bytes)
  return {
    run: async (feeds) => {
      const tensors = Object.entries(feeds).map(([name, { dataType, data, dims }]) => [
        name,
        new Tensor(dataType as 'float32', data as Float32Array, dims),
      ])
      const outputs = await loaded.run(Object.fromEntries(tensors))
      const plain = Object.entries(outputs).map(([name, { type, dims, data }]) => [
        name,
        { dataType: type, dims, data },
      ])
      return Object.fromEntries(plain)
    },
    close: () => loaded.release(),
  }
}
