import type { PixelTable } from '@pixelrow/data'
import type { FitResult } from '@pixelrow/train'
import type { Context } from '../context.ts'
import { readingFlags } from '../line/flags/reading.ts'
import { command } from '../line/paste.ts'
import { wordsAsGiven, wordsOf } from '../line/words.ts'
import { many } from '../terminal/table.ts'
import { asAsked, type JobOptions, jobFlags, withoutSurroundings } from './options.ts'
import { planFor } from './plan.ts'

/** What came of one of a job's trainings. */
export type Outcome = FitResult['outcome'] & {
  /** Which one: the one with rows kept to validate on (`validated`), the one on all rows, or an ensemble's member by its number. */
  training: 'validated' | 'all rows' | number
}

/** What run.json says of all of a job's trainings. */
export interface JobOutcome {
  /** That of the first training that came to nothing, else `learned`. */
  verdict: Outcome['verdict']
  trainings: Outcome[]
}

export function jobOutcome(trainings: Outcome[]): JobOutcome {
  return { verdict: failedOf(trainings)?.verdict ?? 'learned', trainings }
}

const failedOf = (trainings: readonly Outcome[]) => trainings.find(({ verdict }) => verdict !== 'learned')

/** A training that came to nothing: what was found, the likely cause, and a command to go on with. */
export interface Failure {
  found: string
  cause: string
  next: string
}

/** What trained: the command with its arguments, as they were asked for, the file that it was given, and the rows in it. */
export interface Asked {
  words: readonly string[]
  flags: JobOptions
  file: string
  table: PixelTable
}

/** What is wrong with a job whose training came to nothing; undefined where it learned. */
export function failureOf({ trainings }: JobOutcome, asked: Asked): Failure | undefined {
  const failed = failedOf(trainings)
  return failed && { found: sentence(failed, trainings.length > 1), ...adviceFor(failed, asked) }
}

/** Says it; the process will exit with code 4. */
export function tellFailure(context: Context, folder: string, { found, cause, next }: Failure): void {
  context.exitCode = 4
  context.terminal.complain(`Failed: ${found}; ${folder} is kept, and its run.json says so`)
  context.terminal.complain(cause, next)
}

function sentence({ training, verdict, loss, measured }: Outcome, isOneOfMany: boolean): string {
  const which = typeof training === 'number' ? ` of member ${training}` : training === 'all rows' ? ' on all rows' : ''
  const subject = `the training${isOneOfMany ? which : ''}`
  if (verdict === 'diverged') {
    const course = `rose from ${figure(loss.first)} at its first step to ${figure(loss.last)} at its end`
    return `${subject} diverged: its loss ${course}, and the classes' shares alone give ${figure(loss.chance)}`
  }
  const rows = `${many(measured.rows, 'row')} ${measured.on === 'validation' ? 'kept for validation' : 'it was trained on'}`
  const share = `the most frequent class alone gives ${measured.mostFrequent.toFixed(4)}`
  return `${subject} learned nothing: ${measured.accuracy.toFixed(4)} on ${rows}, and ${share}`
}

const figure = (loss: number) => (loss < 1e4 ? loss.toFixed(3) : loss.toExponential(1))

/** How long to train, and in what batches. */
const lengths = ['epochs', 'steps', 'timeBudget', 'batchSize'] as const

/** Below so large a share of the recipe's own a learning rate leaves a net as it was. */
const tooLow = 1 / 50

/** The likely cause, and what to try; what was tried before is not asked for again. */
function adviceFor({ verdict, loss }: Outcome, { words, flags, file, table }: Asked): Omit<Failure, 'found'> {
  const again = (changed: Partial<JobOptions>) => {
    const { submit: _, ...same } = withoutSurroundings(asAsked(flags))
    return command(...words, ...wordsAsGiven(jobFlags, { ...same, ...changed }))
  }
  const own = planFor(table, { ...flags, learningRate: undefined }).options.learningRate
  const { learningRate = own } = flags
  const rate = `The likely cause is the learning rate, ${learningRate}.`
  if (learningRate > own || (verdict === 'chance' && learningRate < tooLow * own)) {
    return { cause: `${rate} With the recipe's own:`, next: again({ learningRate: undefined }) }
  }
  const lower = { cause: `${rate} With a tenth of it:`, next: again({ learningRate: learningRate / 10 }) }
  if (verdict === 'diverged') return lower
  if (lengths.some((name) => flags[name] !== undefined)) {
    const undone = Object.fromEntries(lengths.map((name) => [name, undefined]))
    return { cause: "The likely cause is that it was short. At the recipe's own length:", next: again(undone) }
  }
  // Labels by chance are learnt by heart, where nothing stands in the way.
  const isStuck = loss.last > 0.95 * loss.chance
  if (isStuck && learningRate === own) return lower
  const cause = 'The likely cause are labels that do not belong to the pictures. To see some under their labels:'
  return { cause, next: command('data', 'head', file, ...wordsOf(readingFlags, flags)) }
}
