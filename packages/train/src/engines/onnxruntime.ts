import { createRequire } from 'node:module'
import { write } from '@pixelrow/onnx'
import { startHost } from '@pixelrow/worker'
import { lower } from '../lowerings/index.ts'
import type { CompileOptions, Engine, Trainer, TrainingGraph } from '../types.ts'
import { asModel, loopModel } from './loop.ts'
import source from './onnxruntime.worker.ts?source'
import type { Job } from './sessions.ts'

/**
 * Training through onnxruntime-node: the graph is lowered into plain ONNX whose `Loop` does many steps a run, in a worker thread.
 *
 * Same seed, package versions, kind of CPU and thread count give the same bits on the device `cpu`.
 */
export const onnxruntime: Engine = {
  name: 'onnxruntime',
  async devices() {
    return [{ name: 'cpu', available: true }]
  },
  async compile(graph, options) {
    const block = Number(process.env.BLOCK ?? 16)
    const step = lower(graph.step, { block })
    const { masks, carried, places } = step
    const { pixels, labels, seed, augment, validation } = options
    if (process.env.DUMP) (await import('node:fs')).writeFileSync(process.env.DUMP, write(loopModel(graph, step)))
    return openJob({
      training: { model: write(loopModel(graph, step)), masks, carried, places, pixels, labels, seed, augment },
      forward: write(asModel(lower(graph.forward).graph)),
      validation,
      batchSize: graph.batchSize,
      imageBytes: graph.imageBytes,
      state: graph.state,
      values: options.state,
      threads: options.threads,
    })
  },
}

/** A trainer that only answers `logits`, for given weights. */
export async function compileForward(
  { forward, state, imageBytes }: Pick<TrainingGraph, 'forward' | 'state' | 'imageBytes'>,
  { state: values, threads }: Pick<CompileOptions, 'state' | 'threads'>,
): Promise<Pick<Trainer, 'logits' | 'close'>> {
  return openJob({ forward: write(asModel(lower(forward).graph)), batchSize: 1, imageBytes, state, values, threads })
}

async function openJob(job: Job): Promise<Trainer> {
  const runtime = resolveRuntime()
  // onnxruntime reports its use by default. A worker's environment is a copy, so this must happen here, before it starts.
  process.env.ORT_DISABLE_TELEMETRY ??= '1'
  const host = startHost(source, {
    name: 'pixelrow-train',
    data: { runtime },
    // What comes and goes with a chunk is small; a large nursery would only let it pile up.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  })
  try {
    await host.call('open', job)
  } catch (error) {
    await host.close()
    throw error
  }
  return {
    train: (chunk) => host.call('train', chunk),
    logits: (pixels) => host.call('logits', pixels),
    validate: () => host.call('validate'),
    state: () => host.call('state'),
    close: () => host.close(),
  }
}

function resolveRuntime(): string {
  try {
    return createRequire(import.meta.url).resolve('onnxruntime-node')
  } catch {
    throw new Error(
      'Training needs onnxruntime-node, which is not installed. Run: ONNXRUNTIME_NODE_INSTALL=skip npm i onnxruntime-node@~1.30.0',
    )
  }
}
