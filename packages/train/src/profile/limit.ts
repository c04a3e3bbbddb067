import { graphBuilder, int, int32, int64 } from '@pixelrow/onnx'
import type { Engine, Trainer, TrainingGraph } from '../types.ts'

/** Rows and columns of the matrices: large enough for a processor to show what it can, small enough for its caches' second level. */
const SIDE = 1024
/** On another device first those that a slow one, such as software, can do, then larger ones. */
const SIDES = [128, 1024, 4096]
/** A product this short is too small a one: to ask for it takes as long. */
const SHORT_SECONDS = 0.004
/** And beside one this long nothing else of a run counts. */
const LONG_SECONDS = 0.05

/** Of the rounds the quickest counts: what else the machine does can only slow one down. There are as many as fit into a second, at least 3. */
const PRODUCTS = 3
const ENOUGH_MS = 1000
const LEAST_ROUNDS = 3

/** Floating-point operations a second of one large matrix product, computed by the same engine on the same device and threads. */
export async function flopLimit(engine: Engine, device: string, threads: number): Promise<number> {
  if (device === 'cpu') {
    return onProducts({ engine, device, threads, side: SIDE }, async (trainer) => {
      return (PRODUCTS * 2 * SIDE ** 3) / (await quickest(trainer, PRODUCTS))
    })
  }
  let limit = 0
  for (const side of SIDES) {
    const product = await onProducts({ engine, device, threads, side }, secondsOfProduct)
    limit = Math.max(limit, (2 * side ** 3) / product)
    if (product > SHORT_SECONDS) break
  }
  return limit
}

/** What a run costs whatever it computes, such as the matrix's way to the device and back, is in a shorter and a longer one. */
async function secondsOfProduct(trainer: Trainer): Promise<number> {
  // The first one has the device compile what it runs.
  await secondsOf(trainer, 1)
  const one = await secondsOf(trainer, 1)
  if (one > LONG_SECONDS) return one
  const [short, long] = [await quickest(trainer, 8), await quickest(trainer, 40)]
  return long > short ? (long - short) / (40 - 8) : long / 40
}

/** Measures on a training that squares a matrix of some side at every step. */
async function onProducts(
  { engine, device, threads, side }: { engine: Engine; device: string; threads: number; side: number },
  seconds: (trainer: Trainer) => Promise<number>,
): Promise<number> {
  const identity = Float32Array.from({ length: side * side }, (_, i) => (i % (side + 1) ? 0 : 1))
  const trainer = await engine.compile(squaring(side), {
    device,
    threads,
    seed: 0,
    pixels: new Uint8Array(1),
    labels: new Uint16Array(1),
    state: { matrix: identity },
  })
  try {
    return await seconds(trainer)
  } finally {
    await trainer.close()
  }
}

/** The seconds of the quickest run of so many products. */
async function quickest(trainer: Trainer, products: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  const end = performance.now() + ENOUGH_MS
  for (let round = 0; round < LEAST_ROUNDS || performance.now() < end; round++) {
    best = Math.min(best, await secondsOf(trainer, products))
  }
  return best
}

async function secondsOf(trainer: Trainer, products: number): Promise<number> {
  const began = performance.now()
  await trainer.train({ rows: new Uint32Array(products), first: 0, epoch: 1, scalars: {} })
  return (performance.now() - began) / 1000
}

/** A training whose step multiplies a matrix with itself; the unit matrix stays as it is. */
function squaring(side: number): TrainingGraph {
  const step = graphBuilder('step')
  step.input('pixels', 'uint8', [1, 1])
  step.input('labels', 'int32', [1])
  const matrix = step.input('matrix', 'float32', [side, side])
  const product = step.op('Gemm', [matrix, matrix])
  step.output(product, 'matrix:next')
  // A device that works off a queue is waited for only where something of the product comes back.
  const row = step.op('Reshape', [product, step.constant(int64([side * side]))])
  step.output(step.op('Gather', [row, step.constant(int32(0))], { axis: int(0) }), 'loss')
  const forward = graphBuilder('forward')
  const pixels = forward.input('pixels', 'uint8', ['N', 1])
  forward.output(forward.op('Cast', [pixels], { to: { int: 1 } }), 'logits')
  return {
    batchSize: 1,
    imageBytes: 1,
    pixelType: 'uint8',
    scalars: [],
    step: step.build(),
    state: [{ name: 'matrix', dims: [side, side], next: 'matrix:next', kind: 'optimizer' }],
    forward: forward.build(),
  }
}
