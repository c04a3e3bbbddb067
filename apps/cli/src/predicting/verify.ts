import { type PredictOptions, predictCommand } from '../commands/predict/command.ts'
import type { Context } from '../context.ts'
import { JobError } from '../line/errors.ts'
import { command } from '../line/paste.ts'
import { wordsOf } from '../line/words.ts'
import { many } from '../terminal/table.ts'
import { firstUndone, type Job, openJob, type Standing, settleAnswers } from './origin.ts'
import type { Task } from './task.ts'

/** A call, to be given again. */
interface Call {
  model: string
  /** Its arguments as they were typed. */
  words: readonly string[]
}

/** An answer that is not as it should be. */
interface Lacking {
  input: string
  output: string
  standing: Exclude<Standing, 'done'>
}

const sentences: Record<Lacking['standing'], string> = {
  absent: 'is not there',
  foreign: 'was not written by pixelrow',
  changed: 'was changed since it was written',
  rows: 'was made from other rows',
  model: 'was made by another model',
  options: 'was made with other flags',
}

/** So many are named. */
const shown = 5

/** Compares every answer with what it would be made from now, byte by byte; writes nothing. Throws a JobError unless all are current. */
export async function verify(
  context: Context,
  flags: PredictOptions,
  { model, words }: Call,
  tasks: readonly Task[],
): Promise<void> {
  const { terminal } = context
  const job = await openJob(model, flags)
  await settleAnswers(tasks)
  const lacking = await lackingOf(context, job, tasks)
  if (lacking.length > 0)
    throw notCurrent(lacking, tasks.length, command('predict', ...wordsAgain(flags, words, lacking)))
  terminal.json({ model, verified: tasks.length })
  const have = tasks.length === 1 ? 'has its answer' : 'have their answers'
  terminal.sentence(
    `${many(tasks.length, 'file')} ${have}: whole, and made from these rows by this model with these flags; all bytes were compared by their SHA-256`,
  )
}

async function lackingOf({ terminal, signal }: Context, job: Job, tasks: readonly Task[]): Promise<Lacking[]> {
  const lacking: Lacking[] = []
  for (const [index, task] of tasks.entries()) {
    signal.throwIfAborted()
    terminal.transient(`comparing ${index + 1} of ${many(tasks.length, 'file')}`)
    const found = await firstUndone(job, task, { exact: true })
    if (!found || found.standing === 'done') continue
    lacking.push({ input: task.place.path, output: found.answer.path, standing: found.standing })
  }
  terminal.transient()
  return lacking
}

function notCurrent(lacking: readonly Lacking[], files: number, again: string): JobError {
  const named = lacking.slice(0, shown).map(({ output, standing }) => `${output} ${sentences[standing]}`)
  const rest = lacking.length > shown ? [`and ${lacking.length - shown} more`] : []
  const have = lacking.length === 1 ? 'has no current answer' : 'have no current answers'
  const message = `${lacking.length} of ${many(files, 'file')} ${have}: ${[...named, ...rest].join('; ')}`
  return new JobError(message, `predict ${lacking.length === 1 ? 'it' : 'them'}: ${again}`, {
    code: 'CLI_ANSWERS_MISSING',
    params: { lacking, files },
  })
}

/** The words of the call that makes what is lacking. */
function wordsAgain({ verify: _, ...flags }: PredictOptions, words: readonly string[], lacking: readonly Lacking[]) {
  const isInTheWay = lacking.some(({ standing }) => standing === 'foreign' || standing === 'changed')
  return [...words, ...wordsOf(predictCommand.flags, { ...flags, ...(isInTheWay && { force: true }) })]
}
