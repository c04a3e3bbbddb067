import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSubmission } from '@pixelrow/data'
import { type Kaggle, UnknownFileError } from '@pixelrow/kaggle'
import { withKaggle } from '../kaggle/session.ts'
import { tellOutcome, upload } from '../kaggle/upload.ts'
import { requireConsent } from '../line/ask.ts'
import type { Flags } from '../line/flags.ts'
import type { Context } from '../main.ts'
import { type Reference, referenceFor } from '../submission/reference.ts'
import { requireRight, tellChecked } from './check-submission.ts'

/** `pixelrow submit FILE -m MESSAGE`: checks a submission, asks, uploads it, and waits for the score. */
export async function submit(context: Context, flags: Flags, file: string): Promise<void> {
  requireConsent('submit', flags.yes)
  const { terminal } = context
  const { competition, message = 'by pixelrow', yes, wait } = flags
  const submission = await readSubmission(file)
  const local = await referenceFor(context, flags, file, { upload: true })
  if (local) await requireRight(file, submission, local)
  await withKaggle(context, async (kaggle) => {
    const reference = local ?? (await sampleOf(context, kaggle, competition))
    if (reference && !local) await requireRight(file, submission, reference)
    if (reference) tellChecked(context, submission, reference)
    else terminal.note(`${competition} has no sample_submission.csv: ${file} could not be checked`)
    const outcome = await upload(context, kaggle, { competition, file, message, yes, wait })
    terminal.json(outcome ?? { competition, submitted: false })
    if (outcome) tellOutcome(context, outcome)
    else terminal.note('Nothing was submitted')
  })
}

/** What Kaggle's own sample says, where nothing on this machine does. */
async function sampleOf(context: Context, kaggle: Kaggle, slug: string): Promise<Reference | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'pixelrow-'))
  const name = 'sample_submission.csv'
  try {
    const { files } = await kaggle.download(slug, { folder, file: name, signal: context.signal })
    const { header, ids } = await readSubmission(files[0]!, { name })
    return { header, ids, sample: `the ${name} of ${slug}` }
  } catch (error) {
    if (error instanceof UnknownFileError) return undefined
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
