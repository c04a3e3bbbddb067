import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileErrorFrom, pause } from '@pixelrow/files'
import { about, explained, pageOf, search } from './competitions.ts'
import {
  KaggleError,
  ServiceError,
  SubmissionLimitError,
  SubmissionRefusedError,
  SubmissionUnclearError,
  UnreachableError,
} from './errors.ts'
import { number, oneLine, sentence, text } from './fields.ts'
import { formatDuration, LostAnswer, type Service } from './service.ts'
import { getLimits, listSubmissions } from './submissions.ts'
import type { Receipt, Submission, SubmissionLimits, SubmitOptions } from './types.ts'
import { putBytes, SessionGone } from './upload.ts'

/** A submission on its way. */
interface Sending {
  service: Service
  slug: string
  fileName: string
  message: string
  /** Numbers of the submissions that were there before. */
  before: Set<number>
}

/** Asks whether it may, uploads, and submits once. */
export async function submit(
  service: Service,
  slug: string,
  file: string,
  { message = '', signal, onProgress }: SubmitOptions = {},
): Promise<Receipt> {
  const { bytes, modified } = await content(file)
  await requireOpen(service, slug, signal)
  const known = await listSubmissions(service, slug, { signal })
  const fileName = basename(file)
  const description = { contentLength: bytes.length, fileName, lastModifiedEpochSeconds: modified }
  const upload = { name: fileName, bytes, signal, onProgress }
  const token = await uploaded(service, slug, description, upload)
  signal?.throwIfAborted()
  return send({ service, slug, fileName, message, before: new Set(known.map(({ ref }) => ref)) }, token)
}

async function content(file: string): Promise<{ bytes: Uint8Array; modified: number }> {
  const fail = (reason: string, problem: string) =>
    new KaggleError(`${file}: ${problem}.`, {
      code: 'KAGGLE_SUBMISSION_FILE',
      params: { file, reason },
      advice: 'Nothing was uploaded.',
    })
  const stats = await stat(file).catch(() => undefined)
  if (!stats) throw fail('missing', 'cannot be read: there is no such file')
  if (!stats.isFile()) throw fail('no-file', 'cannot be submitted: it is not a file')
  if (stats.size === 0) throw fail('empty', 'cannot be submitted: it is empty')
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw fileErrorFrom(cause, { file, action: 'read' })
  })
  return { bytes, modified: Math.floor(stats.mtimeMs / 1000) }
}

/** Kaggle would refuse after the upload; what can be asked is asked before it. */
async function requireOpen(service: Service, slug: string, signal: AbortSignal | undefined): Promise<void> {
  const limits = await getLimits(service, slug, { signal }).catch((error: unknown) => {
    // Only a question: an answer that is neither yes nor no must not stand in the way.
    if (error instanceof ServiceError) return undefined
    throw error
  })
  if (limits?.left === 0) throw limitError(slug, limits)
  const { found } = await search(service, slug, { signal })
  if (found?.notebooksOnly) throw refused(slug, 'This competition only accepts submissions from notebooks.', true)
  if (found?.submissionsDisabled) throw refused(slug, 'Submissions have been disabled for this competition.', true)
}

function limitError(slug: string, { usedToday, usedInAll, limitedByTotal, resetsAt, resetsIn }: SubmissionLimits) {
  const text = limitedByTotal
    ? `All ${usedInAll} submissions to ${slug} are used.`
    : `${usedToday} of ${usedToday} submissions to ${slug} used today; next at 00:00 UTC (in ${formatDuration(resetsIn)}).`
  return new SubmissionLimitError(`${text} Nothing was uploaded.`, slug, limitedByTotal ? undefined : resetsAt)
}

function refused(slug: string, reason: string, isBefore = false): SubmissionRefusedError {
  const end = isBefore ? ' Nothing was uploaded.' : ''
  return new SubmissionRefusedError(
    `Kaggle does not take this submission to ${slug}: ${sentence(reason)}${end}`,
    slug,
    reason,
  )
}

/** The token that stands for the uploaded file. An upload that storage forgot begins again, twice at most. */
async function uploaded(
  service: Service,
  slug: string,
  description: Record<string, unknown>,
  upload: Parameters<typeof putBytes>[2],
): Promise<string> {
  for (let sessions = 1; ; sessions++) {
    const { fields } = await about(service, 'StartSubmissionUpload', slug, description, { signal: upload.signal })
    const [token, url] = [text(fields.token), text(fields.createUrl)]
    if (!token || !URL.canParse(url))
      throw new ServiceError('Kaggle gave no address to upload to. Nothing was submitted.', { status: 200, reason: '' })
    try {
      await putBytes(service, url, upload)
      return token
    } catch (error) {
      if (!(error instanceof SessionGone)) throw error
      if (sessions === 3)
        throw new UnreachableError("The upload failed: Kaggle's storage forgot it three times. Nothing was submitted.")
    }
  }
}

/**
 * The one call that must not be made twice. It is repeated after an answer or a failure that says that nothing happened, and after a
 * failure of Kaggle's if the list then lacks the submission. After no answer at all it may still be under way, and is not repeated.
 */
async function send(sending: Sending, token: string): Promise<Receipt> {
  const { service, slug, message } = sending
  const body = { competitionName: slug, blobFileTokens: token, submissionDescription: message }
  let arrived: Submission | undefined
  const repeat = async (error: Failure) => {
    if (isWithoutEffect(error)) return true
    arrived = await look(sending, error)
    return !arrived && error instanceof ServiceError && ![502, 504].includes(error.status)
  }
  try {
    const { fields } = await service.call('CreateSubmission', body, { repeat })
    const ref = number(fields.ref)
    if (ref !== undefined) return receipt(slug, ref, oneLine(fields.message))
    arrived = await look(sending, undefined)
  } catch (error) {
    if (!arrived) throw await meaning(sending, error)
  }
  if (!arrived) throw unclear(sending, undefined)
  return { ...receipt(slug, arrived.ref, ''), recovered: true }
}

type Failure = ServiceError | LostAnswer

const isWithoutEffect = (error: unknown) =>
  error instanceof ServiceError ? error.status === 429 : error instanceof LostAnswer && error.unsent

const submissionsOf = (slug: string) => `${pageOf(slug)}/submissions`

const receipt = (slug: string, ref: number, message: string): Receipt => ({
  ref,
  message,
  url: submissionsOf(slug),
  recovered: false,
})

/** Looks for what was sent among what was not there before: a few times, as the list may lag behind. */
async function look(sending: Sending, cause: unknown): Promise<Submission | undefined> {
  const { service, slug, fileName, message, before } = sending
  const { firstDelay = 1000 } = service.options
  for (let looks = 1; ; looks++) {
    const listed = await listSubmissions(service, slug).catch(() => {
      throw unclear(sending, cause)
    })
    const isOurs = (each: Submission) => each.fileName === oneLine(fileName) && each.description === oneLine(message)
    const found = listed.find((each) => !before.has(each.ref) && isOurs(each))
    if (found || looks === 4) return found
    await pause(firstDelay * 2 ** (looks - 1))
  }
}

function unclear({ slug, fileName }: Sending, cause: unknown): SubmissionUnclearError {
  const url = submissionsOf(slug)
  const happened = `Kaggle did not say whether ${fileName} arrived, and it is not in the list of submissions yet.`
  const advice = `It was not sent a second time. Open ${url} in a minute; if it is not there, submit it again.`
  return new SubmissionUnclearError(`${happened} ${advice}`, slug, url, { cause })
}

/** The error to throw for one that the call ended with. */
async function meaning(sending: Sending, error: unknown): Promise<unknown> {
  const { service, slug } = sending
  if (error instanceof LostAnswer) return error.unsent ? error : unclear(sending, error)
  if (!(error instanceof ServiceError)) return error
  if (error.status >= 500) return unclear(sending, error)
  const { status, reason } = error
  if ((status === 400 || status === 403) && /\ballowance\b/i.test(reason)) {
    const limits = await getLimits(service, slug).catch(() => undefined)
    return new SubmissionLimitError(
      `Kaggle does not take this submission to ${slug}: ${reason}`,
      slug,
      limits?.resetsAt,
    )
  }
  if (status === 400) return refused(slug, reason || 'it gives no reason.')
  return explained(service, error, slug)
}
