import { float32, graphBuilder } from '@pixelrow/onnx'
import type { Engine, TrainingGraph } from '../types.ts'

/** Rows and columns of the matrices: large enough for a device to show what it can, small enough for its caches' second level. */
const SIDE = 1024

/** Of the rounds the quickest counts: what else the machine does can only slow one down. There are as many as fit into a second, at least 3. */
const PRODUCTS = 3
const ENOUGH_MS = 1000
const LEAST_ROUNDS = 3

/** Floating-point operations a second of one large matrix product, computed by the same engine on the same device and threads. */
export async function flopLimit(engine: Engine, device: string, threads: number): Promise<number> {
  const identity = Float32Array.from({ length: SIDE * SIDE }, (_, i) => (i % (SIDE + 1) ? 0 : 1))
  const trainer = await engine.compile(squaring(), {
    device,
    threads,
    seed: 0,
    pixels: new Uint8Array(1),
    labels: new Uint16Array(1),
    state: { matrix: identity },
  })
  let best = Number.POSITIVE_INFINITY
  try {
    const end = performance.now() + ENOUGH_MS
    for (let round = 0; round < LEAST_ROUNDS || performance.now() < end; round++) {
      const began = performance.now()
      await trainer.train({ rows: new Uint32Array(PRODUCTS), first: 0, epoch: 1, scalars: {} })
      best = Math.min(best, (performance.now() - began) / 1000)
    }
  } finally {
    await trainer.close()
  }
  return (PRODUCTS * 2 * SIDE ** 3) / best
}

/** A training whose step multiplies a matrix with itself; the unit matrix stays as it is. */
function squaring(): TrainingGraph {
  const step = graphBuilder('step')
  step.input('pixels', 'uint8', [1, 1])
  step.input('labels', 'int32', [1])
  const matrix = step.input('matrix', 'float32', [SIDE, SIDE])
  step.output(step.op('Gemm', [matrix, matrix]), 'matrix:next')
  step.output(step.op('Identity', [step.constant(float32(0))]), 'loss')
  const forward = graphBuilder('forward')
  const pixels = forward.input('pixels', 'uint8', ['N', 1])
  forward.output(forward.op('Cast', [pixels], { to: { int: 1 } }), 'logits')
  return {
    batchSize: 1,
    imageBytes: 1,
    scalars: [],
    step: step.build(),
    state: [{ name: 'matrix', dims: [SIDE, SIDE], next: 'matrix:next', kind: 'optimizer' }],
    forward: forward.build(),
  }
}
