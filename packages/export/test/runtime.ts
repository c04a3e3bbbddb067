import type { Runner } from '@pixelrow/export'
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

/** Loads a file whose images are rows of `imageBytes`, as a classifier package would. */
export async function load(bytes: Uint8Array, imageBytes: number): Promise<Runner> {
  const loaded = await session(bytes)
  return {
    predict: (pixels) => predict(loaded, pixels, [pixels.length / imageBytes, imageBytes]),
    close: () => loaded.release(),
  }
}
