import { type Graph, write } from '@pixelrow/onnx'
import type { Lowered } from '@pixelrow/train'
import { InferenceSession, Tensor } from 'onnxruntime-node'

process.env.ORT_DISABLE_TELEMETRY ??= '1'

/** What a lowered step is given beside its state. */
export interface StepInputs {
  pixels: Uint8Array | Float32Array
  labels: Uint16Array
  scalars: Readonly<Record<string, number>>
  /** False runs the graph as it stands. Default true. */
  isOptimized?: boolean
}

/** Does one lowered step on onnxruntime's CPU, whatever device it is lowered for; gives the loss and the next state, tensor by tensor. */
export async function runLowered(
  { graph, loopCarried }: Lowered,
  state: Readonly<Record<string, Float32Array>>,
  { pixels, labels, scalars, isOptimized = true }: StepInputs,
): Promise<{ loss: number; state: Record<string, Float32Array> }> {
  const rows = labels.length
  const feeds: Record<string, Tensor> = {
    pixels: new Tensor(pixels instanceof Float32Array ? 'float32' : 'uint8', pixels, [rows, pixels.length / rows]),
    labels: new Tensor('int32', Int32Array.from(labels), [rows]),
  }
  for (const [name, value] of Object.entries(scalars)) feeds[name] = new Tensor('float32', [value], [])
  for (const { name, dims, parts } of loopCarried) {
    const values = parts.flatMap((part) => [...(state[part.name] ?? new Float32Array(part.size))])
    feeds[name] = new Tensor('float32', values, dims)
  }
  const session = await InferenceSession.create(modelOf(graph), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
    ...(!isOptimized && { graphOptimizationLevel: 'disabled' as const }),
  })
  const results = await session.run(feeds)
  await session.release()
  const next: Record<string, Float32Array> = {}
  for (const { name, parts } of loopCarried) {
    const values = results[`${name}:next`]!.data as Float32Array
    let at = 0
    for (const part of parts) {
      next[part.name] = values.subarray(at, at + part.size)
      at += part.size
    }
  }
  return { loss: Number(results.loss!.data[0]), state: next }
}

const modelOf = (graph: Graph) => write({ irVersion: 8, opsets: { '': 17 }, graph, producerName: 'pixelrow' })
