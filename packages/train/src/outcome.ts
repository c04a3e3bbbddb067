import { wilsonInterval } from '@pixelrow/data'
import type { LossOptions } from './loss.ts'
import type { Outcome } from './types.ts'

/** By class: how many rows there were, how many of them were answered rightly, and how often the class was the answer. */
export interface Tally {
  rows: number[]
  right: number[]
  answers: number[]
}

/** Of a training's losses, the first one and the last ones. */
export interface Losses {
  first: number
  last: number[]
}

/** So many of the last losses are looked at: one alone is as good or bad as its batch. */
export const LAST_LOSSES = 20

/** Above what it may not have been at the start a loss is still within what batches differ by. */
const MARGIN = 1.1

/** What the verdict on a training is found from. */
export interface Evidence {
  on: Outcome['measured']['on']
  tally: Tally
  losses: Losses
  /** Mean loss of the model on rows that it was trained on; not there where it is that of an earlier epoch, chosen for its validation. */
  end?: number
  /** Whether the model has a batch norm, which answers by statistics that follow on those of the batches only slowly. */
  isNormalized: boolean
  steps: number
  /** How many rows of each class were trained on. */
  counts: ArrayLike<number>
  loss: LossOptions
}

/** Whether a training came to anything. */
export function outcomeOf(evidence: Evidence): Outcome {
  const { on, tally, losses, end, counts, loss } = evidence
  const mostFrequent = indexOfLargest(Array.from(counts))
  const rows = sum(tally.rows)
  const { first } = losses
  const lastSteps = mean(losses.last.slice(-Math.ceil(evidence.steps / 4)))
  const chance = lossOfShares(Array.from(counts), loss)
  const isLearned = !knowsNothing(tally, mostFrequent)
  const rose = (to: number) => to > MARGIN * Math.max(first, chance)
  // Then what was lowered is another loss than the model's plain one, which may be higher by right.
  const isOther = evidence.isNormalized || loss.classWeights !== undefined
  const hasDiverged = end === undefined ? rose(lastSteps) && !isLearned : rose(end) && (!isOther || rose(lastSteps))
  return {
    verdict: hasDiverged ? 'diverged' : isLearned ? 'learned' : 'chance',
    loss: { first, last: end ?? lastSteps, chance },
    measured: { on, rows, accuracy: sum(tally.right) / rows, mostFrequent: tally.rows[mostFrequent]! / rows },
  }
}

/**
 * Whether the answers are no better than always giving the most frequent class, and no better for the rarer ones either: of classes of very
 * different sizes a useful classifier may be right less often than that. Too few rows to tell are no evidence.
 */
function knowsNothing(tally: Tally, mostFrequent: number): boolean {
  const { rows, right, answers } = tally
  const present = rows.flatMap((count, k) => (count > 0 ? [k] : []))
  if (present.length < 2) return false
  const all = sum(rows)
  const [lowest] = wilsonInterval(sum(right), all)
  const recall = mean(present.map((k) => right[k]! / rows[k]!))
  const guessed = 1 / present.length
  // The mean recall's deviation, from each class's variance of a right answer.
  const deviation = (variance: (k: number) => number) =>
    Math.sqrt(sum(present.map((k) => variance(k) / rows[k]!))) / present.length
  const ofGuessing = deviation((k) => (answers[k]! / all) * (1 - answers[k]! / all))
  const isTold = recall + 2 * deviation(() => 1 / 4) < (1 + guessed) / 2
  return lowest <= rows[mostFrequent]! / all && recall <= guessed + 2 * ofGuessing && isTold
}

/** The loss of always answering by the classes' shares: what is reached without a look at any picture. */
function lossOfShares(counts: number[], { labelSmoothing = 0, classWeights = counts.map(() => 1) }: LossOptions) {
  const all = sum(counts)
  const total = sum(counts.map((count, k) => count * classWeights[k]!))
  const targets = counts.map((count, k) => {
    return (classWeights[k]! * ((1 - labelSmoothing) * count + (labelSmoothing * all) / counts.length)) / total
  })
  const mass = sum(targets)
  return sum(targets.map((target) => (target > 0 ? target * Math.log(mass / target) : 0)))
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]) => sum(values) / values.length
const indexOfLargest = (values: readonly number[]) => values.indexOf(Math.max(...values))
