import type { PixelTable } from '@pixelrow/data'
import { meanProbabilities, merge, shiftImages, shiftsOf, toOnnx, verify } from '@pixelrow/export'
import { open } from '@pixelrow/infer-node'
import type { Model } from '@pixelrow/model'
import { predict } from '@pixelrow/train'
import type { Context } from '../context.ts'
import { JobError } from '../line/errors.ts'
import type { MachineOptions } from '../line/flags/training.ts'
import { many } from '../terminal/table.ts'

/** The exported file against the trained weights. */
export interface Check {
  rows: number
  maxDifference: number
}

/** On so many rows a file is checked, divided by how often each of them is classified. */
const checkedRows = 1000

/** What the exported probabilities may differ by from the trained weights': rounding, not arithmetic. */
const tolerance = 1e-4

/** The bytes of one model, or of several that answer together, each for every shifted copy of an image. */
export function exported(models: readonly Model[], shift = 0): Uint8Array {
  return models.length === 1 && shift === 0 ? toOnnx(models[0]!) : merge(models, { shift })
}

/** Exports, and holds the file against the weights, run apart, on the table's first rows. */
export async function exportAndCheck(
  context: Context,
  { threads }: MachineOptions,
  { models, shift = 0, table }: { models: readonly Model[]; shift?: number; table: PixelTable },
): Promise<{ bytes: Uint8Array; check: Check }> {
  const bytes = exported(models, shift)
  const shifts = shiftsOf(shift)
  const rows = Math.min(Math.ceil(checkedRows / shifts.length / models.length), table.rows)
  const pixels = table.pixels.subarray(0, (rows * table.pixels.length) / table.rows)
  const answers: Float32Array[] = []
  for (const model of models) {
    for (const move of shifts) {
      answers.push((await predict(model, shiftImages(pixels, table.shape, move), { threads })).probabilities)
    }
  }
  const { maxDifference, changed } = await verify(
    bytes,
    { pixels, probabilities: meanProbabilities(answers) },
    { run: (file) => open(file, { device: 'cpu', threads }) },
  )
  context.signal.throwIfAborted()
  if (changed.length || maxDifference > tolerance) {
    const difference = `${many(changed.length, 'row')} of ${rows} in another class, probabilities off by up to ${maxDifference}`
    throw new JobError(`The exported model disagrees with the trained weights: ${difference}`, 'please report this', {
      code: 'CLI_EXPORT_DIFFERS',
      params: { rows, changed: changed.length, maxDifference, tolerance },
    })
  }
  context.terminal.note(`Exported model.onnx; on ${many(rows, 'row')} it agrees with the trained weights`)
  return { bytes, check: { rows, maxDifference } }
}
