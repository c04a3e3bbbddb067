import { count, many } from '../terminal/table.ts'
import type { Trained } from '../training/trained.ts'
import { type Accuracy, accuracyFrom, accuracyText, caveat } from './accuracy.ts'
import type { Score } from './score.ts'

/** How well a training did on the rows that it kept to validate on; undefined where it kept none. */
export function validationOf({ accuracy, validated }: Trained): Accuracy | undefined {
  return accuracyFrom(accuracy, validated)
}

/** The same in words, and which model it is true of; no lines where no rows were kept. */
export function validationLines(trained: Trained, style?: (text: string) => string): string[] {
  const measured = validationOf(trained)
  if (!measured) return []
  const { trainedBefore, trainedOn } = trained
  const text = `${accuracyText(measured, style)} on ${many(measured.rows, 'row')} kept for validation${caveat(measured)}`
  if (trainedBefore === undefined) return [text]
  const first = `That was a first model, trained on the other ${count(trainedBefore)}`
  return [text, `${first}; model.onnx was trained again on all ${count(trainedOn.rows)}, and is not measured`]
}

/** Which model each accuracy in run.json is true of, and how far it can be trusted. */
export function measuredOn(trained: Trained, test?: Score) {
  const { trainedBefore, trainedOn } = trained
  const validation = validationOf(trained)
  const model = trainedBefore === undefined ? 'exported' : 'discarded'
  return {
    ...(validation && { validation: { ...validation, model, trainedOn: trainedBefore ?? trainedOn.rows } }),
    ...(test && { test: { ...test, model: 'exported', trainedOn: trainedOn.rows } }),
  }
}
