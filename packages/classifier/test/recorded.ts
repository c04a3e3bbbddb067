import type { Session, TensorFactory } from '@pixelrow/classifier'

process.env.ORT_DISABLE_TELEMETRY ??= '1'
const { InferenceSession, Tensor } = await import('onnxruntime-node')

/** A real session of onnxruntime-node that also notes the rows of each run and how often it was released. */
export async function openRecorded(bytes: Uint8Array) {
  const raw = await InferenceSession.create(bytes, { executionProviders: ['cpu'], intraOpNumThreads: 1 })
  const runs: number[] = []
  let released = 0
  const session: Session = {
    inputNames: raw.inputNames,
    outputNames: raw.outputNames,
    inputMetadata: raw.inputMetadata as Session['inputMetadata'],
    outputMetadata: raw.outputMetadata as Session['outputMetadata'],
    run(feeds, fetches) {
      runs.push((Object.values(feeds)[0] as InstanceType<typeof Tensor>).dims[0]!)
      return raw.run(feeds as Parameters<typeof raw.run>[0], [...fetches])
    },
    release() {
      released++
      return raw.release()
    },
  }
  const tensor: TensorFactory = (type, data, dims) => new Tensor(type, data as Uint8Array, dims)
  return { session, tensor, runs, released: () => released, raw }
}
