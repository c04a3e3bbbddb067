import { withTemporaryFolder } from '@pixelrow/files'
import type { Kaggle } from '@pixelrow/kaggle'
import type { Context } from '../../context.ts'
import { withKaggle } from '../../kaggle/session.ts'
import { tellOutcome, upload } from '../../kaggle/upload.ts'
import { requireConsent } from '../../line/ask.ts'
import { UsageError } from '../../line/errors.ts'
import { submissionIn } from '../../submission/argument.ts'
import { examine, tellChecked } from '../../submission/examine.ts'
import { type Reference, referenceBy, referenceFor } from '../../submission/reference.ts'
import { chosenSample, openSample } from '../../submission/sample.ts'
import { standardInput } from '../../tables/argument.ts'
import type { SubmitOptions } from './command.ts'

/** `pixelrow submit FILE -m MESSAGE`: checks a submission, asks, uploads it, and waits for the score. */
export async function run(context: Context, flags: SubmitOptions, word: string): Promise<void> {
  requireConsent('submit', flags.yes)
  if (word === standardInput)
    throw new UsageError('submit uploads a file, not standard input', 'write it to a file first: -o submission.csv', {
      code: 'CLI_STDIN_REFUSED',
      params: { command: 'submit' },
    })
  const file = await submissionIn(word)
  const submission = { name: file, source: file }
  const { terminal } = context
  const { competition, message = 'by pixelrow', yes, wait } = flags
  await examine(context, submission)
  const local = await referenceFor(context, flags, file, { upload: true })
  if (local) await examine(context, submission, local)
  await withKaggle(context, async (kaggle) => {
    const reference = local ?? (await sampleOf(context, flags, kaggle))
    if (reference) tellChecked(context, await examine(context, submission, reference), reference)
    else terminal.note(`${competition} has no sample of a submission: ${file} was compared with nothing`)
    const outcome = await upload(context, kaggle, { competition, file, message, yes, wait })
    terminal.json(outcome ?? { competition, submitted: false })
    if (outcome) tellOutcome(context, outcome)
    else terminal.note('Nothing was submitted')
  })
}

/** What Kaggle's own sample says, where nothing on this machine does. */
async function sampleOf(context: Context, flags: SubmitOptions, kaggle: Kaggle): Promise<Reference | undefined> {
  const { signal } = context
  const { competition } = flags
  const names = (await kaggle.files(competition, { signal })).map(({ name }) => name)
  const name = chosenSample(context, competition, names)
  if (name === undefined) return undefined
  return withTemporaryFolder(async (folder) => {
    const { files } = await kaggle.download(competition, { folder, file: name, signal })
    return referenceBy(await openSample(context, { name: `the ${name} of ${competition}`, source: files[0]! }), flags)
  })
}
