import type { Kaggle, Place, Submission, SubmissionLimits, TransferProgress } from '@pixelrow/kaggle'
import type { Context } from '../context.ts'
import { askYes } from '../line/ask.ts'
import { JobError } from '../line/errors.ts'
import { count, duration, many } from '../terminal/table.ts'
import { transferLine } from './download.ts'

/** A checked file that is to be submitted. */
export interface Upload {
  competition: string
  file: string
  message: string
  /** Consent was given on the command line. */
  yes?: boolean | undefined
  /** Most seconds to wait for the score. */
  wait: number
}

/** What came of it; without a score where nobody waited for one. */
export interface Outcome {
  competition: string
  ref: number
  url: string
  publicScore?: string
  place?: Place
}

/** Refuses what Kaggle would refuse after hours of training: no account, rules not accepted, no submissions left. */
export async function requireOpen({ signal }: Context, kaggle: Kaggle, slug: string): Promise<SubmissionLimits> {
  const competition = await kaggle.competition(slug, { signal })
  const closed = (message: string, notebooks: boolean) =>
    new JobError(message, undefined, { code: 'CLI_COMPETITION_CLOSED', params: { competition: slug, notebooks } })
  if (competition.notebooksOnly) throw closed(`${slug} takes submissions from notebooks at Kaggle only`, true)
  if (competition.submissionsDisabled) throw closed(`${slug} takes no more submissions`, false)
  const limits = await kaggle.limits(slug, { signal })
  if (limits.left !== 0) return limits
  const next = limits.limitedByTotal ? 'for good' : `until 00:00 UTC (in ${hours(limits.resetsIn)})`
  throw new JobError(`No submissions to ${slug} are left ${next}: ${sentToday(limits)}`, undefined, {
    code: 'CLI_SUBMISSIONS_USED',
    params: { competition: slug, usedToday: limits.usedToday },
  })
}

const sentToday = ({ usedToday }: SubmissionLimits): string =>
  `${count(usedToday)} ${usedToday === 1 ? 'was' : 'were'} sent today`

function hours(milliseconds: number): string {
  const minutes = Math.ceil(milliseconds / 60_000)
  return minutes < 60 ? many(minutes, 'minute') : `${(minutes / 60).toFixed(1)} hours`
}

/** Asks, uploads, submits, and waits for the score; undefined where the answer was no. */
export async function upload(
  context: Context,
  kaggle: Kaggle,
  what: Upload,
  onSubmitted?: () => void,
): Promise<Outcome | undefined> {
  const { terminal, signal, kept } = context
  const { competition, file, message, yes, wait } = what
  context.undone = 'nothing was submitted'
  if (!yes && !(await isWanted(context, kaggle, what))) return undefined
  const onProgress = (progress: TransferProgress) => terminal.transient(transferLine(progress))
  terminal.note(`Uploading ${file} to ${competition}`)
  context.uncertain = `Quit while ${file} was being submitted: pixelrow submissions tells whether it arrived`
  const { ref, url, recovered } = await kaggle.submit(competition, file, { message, signal, onProgress })
  onSubmitted?.()
  terminal.transient()
  context.undone = undefined
  context.uncertain = undefined
  kept.push(`submission ${ref} at Kaggle (${url})`)
  terminal.note(`Submitted: number ${ref}${recovered ? ", found in Kaggle's list as its answer was lost" : ''}`)
  signal.throwIfAborted()
  const sent = { competition, ref, url }
  if (!wait) return sent
  const scored = await waitFor(context, kaggle, ref, 1000 * wait)
  const place = await placeOf(context, kaggle, competition, scored.teamName)
  return { ...sent, url: scored.url || url, publicScore: scored.publicScore, ...(place && { place }) }
}

async function isWanted(context: Context, kaggle: Kaggle, { competition, file }: Upload): Promise<boolean> {
  const { left, usedToday } = await requireOpen(context, kaggle, competition)
  if (left !== undefined) context.terminal.note(`${many(usedToday, 'submission')} sent today, ${count(left)} left`)
  return askYes(context, `Submit ${file} to ${competition}?`)
}

/** The place is an extra: without it the score still counts. */
async function placeOf({ terminal, signal }: Context, kaggle: Kaggle, slug: string, team: string) {
  try {
    return await kaggle.place(slug, team, { signal })
  } catch (error) {
    signal.throwIfAborted()
    terminal.note(`The leaderboard cannot be read: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}

async function waitFor(
  { terminal, signal }: Context,
  kaggle: Kaggle,
  ref: number,
  timeout: number,
): Promise<Submission> {
  const began = performance.now()
  terminal.note('Waiting for the score')
  const onLook = () => terminal.transient(`no score after ${duration((performance.now() - began) / 1000)}`)
  const submission = await kaggle.waitForScore(ref, { timeout, signal, onLook })
  terminal.transient()
  return submission
}

/** Prints the score and the place, as far as they are known. */
export function tellOutcome({ terminal }: Context, { ref, url, publicScore, place }: Outcome): void {
  const { green, bold } = terminal.resultColors
  if (publicScore) terminal.result(`${green(bold(publicScore))} is Kaggle's public score`)
  else if (publicScore === '') terminal.result('Scored; the competition hides the scores')
  if (place) {
    const { rank, teams, teamName, score } = place
    terminal.result(`place ${count(rank)} of ${count(teams)} (${teamName}, best score ${score})`)
  }
  terminal.result(`submission ${ref}: ${url}`)
}
