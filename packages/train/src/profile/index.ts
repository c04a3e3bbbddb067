import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PixelTable } from '@pixelrow/data'
import { withTemporaryFolder } from '@pixelrow/files'
import type { Architecture } from '@pixelrow/model'
import { check, positive } from '../check.ts'
import { chosenFor } from '../device/choice.ts'
import { TrainError } from '../error.ts'
import { timeSteps, trialOf } from '../measure.ts'
import type { FitOptions } from '../options.ts'
import { fitRules } from '../rules.ts'
import { type SetUp, setUp } from '../setup.ts'
import type { Layouts } from '../types.ts'
import { flopsOf } from './flops.ts'
import { type OperatorTime, type Times, timesIn } from './kernels.ts'
import { flopLimit } from './limit.ts'

/** Where a training's time goes. */
export interface Profile {
  batchSize: number
  engine: string
  device: string
  threads: number
  /** Wall time, without the profiler's own. */
  secondsPerStep: number
  /** Floating-point operations a step that the net's convolutions and matrix products and their gradients need; Muon's own do not count. */
  flopsPerStep: number
  /** Operations a second of one large matrix product on this device, measured just before. */
  flopLimit: number
  /** `flopsPerStep` / `secondsPerStep` / `flopLimit`: 1 would be a training that does nothing but multiply, at full speed. */
  shareOfLimit: number
  /** By operator, longest first; with the profiler on, so that their sum may exceed `secondsPerStep`. */
  operators: OperatorTime[]
  /**
   * What the operators' times are: those of the `kernels` on the CPU and WebGPU; on CUDA, whose kernels onnxruntime does not time, those that the host
   * takes to launch them, which says how much of a step is launching.
   */
  timesOf: Times['of']
  /** Which convolutions the engine laid out in blocks, and why others stayed plain; not there for a net without any. */
  layouts?: Layouts
}

/**
 * Trains some steps on a table and tells where the time went, by operator, beside what one large matrix product reaches. The options are
 * `fit`'s; nothing is kept of the training. Takes about `seconds` (above 0, default 4) beside the time to compile.
 */
export async function profile(
  architecture: Architecture,
  table: PixelTable,
  asked: FitOptions & { seconds?: number } = {},
): Promise<Profile> {
  check('profile', asked, { ...fitRules, seconds: positive })
  const { seconds = 4, ...options } = asked
  if (options.engine === 'tfjs') {
    throw failed(
      "The engine tfjs cannot be profiled: TensorFlow.js does not tell its kernels' times. Profile onnxruntime.",
    )
  }
  const chosen = await chosenFor(architecture, table, { ...options, engine: options.engine ?? 'onnxruntime' })
  const given = trialOf(options)
  const { graph, trainer, engine, device, settings, pace } = await timed(
    await setUp(architecture, table, given, { chosen }),
    seconds / 2,
  )
  const times = await profiled((path) => setUp(architecture, table, given, { chosen, profile: path }), seconds / 2)
  const limit = await flopLimit(engine, device, settings.threads)
  const flopsPerStep = flopsOf(graph.step)
  return {
    batchSize: settings.batchSize,
    engine: engine.name,
    device,
    threads: settings.threads,
    secondsPerStep: pace.secondsPerStep,
    flopsPerStep,
    flopLimit: limit,
    shareOfLimit: flopsPerStep / pace.secondsPerStep / limit,
    operators: times.operators,
    timesOf: times.of,
    ...(trainer.layouts?.convolutions.length && { layouts: trainer.layouts }),
  }
}

async function timed(training: SetUp, seconds: number) {
  try {
    return { ...training, pace: await timeSteps(training, seconds) }
  } finally {
    await training.trainer.close()
  }
}

/** The profile is a file that onnxruntime writes when its session ends; a device may take sessions for longer and for shorter runs. */
async function profiled(start: (path: string) => Promise<SetUp>, seconds: number): Promise<Times> {
  return withTemporaryFolder(async (folder) => {
    const { pace } = await timed(await start(join(folder, 'kernels')), seconds)
    const files = await readdir(folder)
    if (files.length === 0) throw failed(`onnxruntime wrote no profile into ${folder}.`)
    return timesIn(await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8'))), pace.steps)
  })
}

const failed = (message: string) => new TrainError({ code: 'TRAIN_PROFILE_FAILED', message })
