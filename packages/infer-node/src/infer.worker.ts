import { ClassifierError, type ClassifierErrorParts, type PlainSession, type PlainTensor } from '@pixelrow/classifier'
import { serve } from '@pixelrow/worker/inside'
import { isA } from '../../../common/kinds.ts'
import { type Opened, type OpenJob, openHere, openPlain } from './opened.ts'
import type { Answer, Described, Refusal } from './protocol.ts'
import { inRuns } from './runs.ts'

/** The worker's side: `open` a model, then `run` it. Errors of our own travel as plain data, which keeps what belongs to them. */
serve(() => {
  let opened: Opened | undefined
  let plain: PlainSession | undefined
  return {
    methods: {
      open: (job: OpenJob): Promise<Answer<Described>> =>
        answered(async () => {
          opened = await openHere(job)
          const { runner, batch } = opened
          return { model: runner.model, batch }
        }),
      run: ({ pixels, rows }: { pixels: Uint8Array; rows: number }, transfer) =>
        answered(async () => {
          const { runner, batch } = opened!
          const predictions = await inRuns(runner, batch).run(pixels, rows)
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
