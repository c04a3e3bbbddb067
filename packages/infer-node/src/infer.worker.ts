import {
  ClassifierError,
  type ClassifierErrorParts,
  type PlainSession,
  type PlainTensor,
  type Predictions,
  type Runner,
} from '@pixelrow/classifier'
import { serve } from '@pixelrow/worker/inside'
import { isA } from '../../../common/kinds.ts'
import { type Opened, type OpenJob, openHere, openPlain } from './opened.ts'
import { type Answer, type Described, type Refusal, RUN_ROWS } from './protocol.ts'

/** The worker's side: `open` a model, then `run` it. Errors of our own travel as plain data, which keeps what belongs to them. */
serve(() => {
  let opened: Opened | undefined
  let plain: PlainSession | undefined
  return {
    methods: {
      open: (job: OpenJob): Promise<Answer<Described>> =>
        answered(async () => {
          opened = await openHere(job)
          const { runner, device, attempts } = opened
          return { model: runner.model, device, attempts }
        }),
      run: ({ pixels, rows }: { pixels: Uint8Array; rows: number }, transfer) =>
        answered(async () => {
          const predictions = await inRuns(opened!.runner, pixels, rows)
          transfer(predictions.labels.buffer as ArrayBuffer, predictions.probabilities.buffer as ArrayBuffer)
          return predictions
        }),
      openPlain: (job: OpenJob): Promise<Answer<void>> =>
        answered(async () => {
          plain = await openPlain(job)
        }),
      runPlain: (feeds: Record<string, PlainTensor>) => answered(() => plain!.run(feeds)),
    },
    release: async () => {
      await opened?.runner.release()
      await plain?.close()
    },
  }
})

/** So many rows in runs of 256. */
async function inRuns(runner: Runner, pixels: Uint8Array, rows: number): Promise<Predictions> {
  if (rows <= RUN_ROWS) return runner.run(pixels, rows)
  const { length: classes } = runner.model.classes
  const size = pixels.length / rows
  const into = { labels: new Uint16Array(rows), probabilities: new Float32Array(rows * classes) }
  for (let from = 0; from < rows; from += RUN_ROWS) {
    const count = Math.min(RUN_ROWS, rows - from)
    const found = await runner.run(pixels.subarray(from * size, (from + count) * size), count)
    into.labels.set(found.labels, from)
    into.probabilities.set(found.probabilities, from * classes)
  }
  return into
}

/** What comes back as a rejection is then the worker's own failure alone. */
async function answered<T>(work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await work() }
  } catch (error) {
    return { refused: refusalOf(error) }
  }
}

function refusalOf(error: unknown): Refusal {
  const { message, cause } = isA(error, 'Error') ? error : new Error(String(error))
  const { attempts, code, params, offset }: Partial<ClassifierErrorParts> =
    error instanceof ClassifierError ? error : {}
  return { message, attempts, code, params, offset, cause: isA(cause, 'Error') ? cause.message : undefined }
}
