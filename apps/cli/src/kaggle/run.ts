import type { Kaggle } from '@pixelrow/kaggle'
import type { Context } from '../context.ts'
import { isInteractive, requireConsent } from '../line/ask.ts'
import { UsageError } from '../line/errors.ts'
import { competitionFlags, type KaggleOptions } from '../line/flags/kaggle.ts'
import type { DataOptions } from '../line/flags/reading.ts'
import { command } from '../line/paste.ts'
import { wordsOf } from '../line/words.ts'
import { competitionFolder } from './download.ts'
import { explaining, openKaggle } from './session.ts'
import { type Outcome, requireOpen, tellOutcome, upload } from './upload.ts'

/** What of `run` happens at Kaggle. */
export interface AtKaggle {
  /**
   * Before the training: consent or somebody to ask, a competition that takes submissions, the files. Returns where those are, if it is another
   * place than was said.
   */
  prepare(): Promise<DataOptions>
  /**
   * Submits what was written and checked, and tells how it did; undefined where the answer was no. With `isAskedAgain` a `--yes` does not count:
   * without a terminal to ask at nothing is submitted.
   */
  submit(file: string, description: string, consent: { isAskedAgain: boolean }): Promise<Outcome | undefined>
}

/** Signs in when something is first asked of Kaggle, and only once. */
export function atKaggle(context: Context, flags: DataOptions & KaggleOptions): AtKaggle {
  let opened: Promise<Kaggle> | undefined
  const open = () => {
    opened ??= openKaggle(context)
    return opened
  }
  return {
    prepare: () => explaining(context, () => prepare(context, flags, open)),
    submit: (file, description, { isAskedAgain }) =>
      explaining(context, () => submit(context, flags, open, { file, description, isAskedAgain })),
  }
}

async function prepare(
  context: Context,
  flags: DataOptions & KaggleOptions,
  open: () => Promise<Kaggle>,
): Promise<DataOptions> {
  if (flags.submit) {
    requireConsent('run --submit', flags.yes)
    if (!flags.kaggle && flags.data === undefined) {
      throw new UsageError("--submit needs Kaggle's own test.csv, not the embedded digits", 'add --kaggle', {
        code: 'CLI_SUBMISSION_EMBEDDED',
      })
    }
    await requireOpen(context, await open(), flags.competition)
  }
  return flags.kaggle ? { data: await competitionFolder(context, open, flags) } : {}
}

async function submit(
  context: Context,
  { competition, message, yes, wait }: KaggleOptions,
  open: () => Promise<Kaggle>,
  { file, description, isAskedAgain }: { file: string; description: string; isAskedAgain: boolean },
): Promise<Outcome | undefined> {
  const { terminal, signal } = context
  const words = wordsOf(competitionFlags, { competition })
  const later = () => terminal.complain('Not submitted; to do it later:', command('submit', file, ...words))
  if (isAskedAgain && !isInteractive()) {
    later()
    return undefined
  }
  let isSent = false
  const onSubmitted = () => {
    isSent = true
  }
  try {
    const what = { competition, file, message: message ?? description, yes: yes && !isAskedAgain, wait }
    const outcome = await upload(context, await open(), what, onSubmitted)
    if (outcome) tellOutcome(context, outcome)
    else later()
    return outcome
  } catch (error) {
    if (!isSent && !signal.aborted) later()
    throw error
  }
}
