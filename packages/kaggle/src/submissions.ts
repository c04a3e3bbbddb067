import { pause } from '@pixelrow/files'
import { about, pageOf, pages } from './competitions.ts'
import { StillPendingError, SubmissionFailedError } from './errors.ts'
import { date, type Fields, number, objects, oneLine, text } from './fields.ts'
import { type CallOptions, formatDuration, type Service } from './service.ts'
import type { Place, Submission, SubmissionLimits, WaitOptions } from './types.ts'

/** What a team may still submit; the day ends at 00:00 UTC by Kaggle's clock. */
export async function getLimits(service: Service, slug: string, how: CallOptions = {}): Promise<SubmissionLimits> {
  const { fields, now } = await about(service, 'GetSubmissionLimits', slug, {}, how)
  const usedToday = number(fields.numToday) ?? 0
  const usedInAll = number(fields.numTotal) ?? 0
  // Numbers that are zero may be left out; where all are, nothing was said.
  const left = number(fields.numAllowedNow) ?? (usedToday + usedInAll > 0 ? 0 : undefined)
  const resetsAt = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1))
  return {
    usedToday,
    usedInAll,
    left,
    limitedByTotal: fields.limitedByTotal === true,
    resetsAt,
    resetsIn: resetsAt.getTime() - now.getTime(),
  }
}

/** The newest submissions of the team, as many as asked for. */
export async function listSubmissions(
  service: Service,
  slug: string,
  { limit = 20, signal }: CallOptions & { limit?: number } = {},
): Promise<Submission[]> {
  const found: Submission[] = []
  const pageSize = Math.min(limit, 100)
  for await (const fields of pages(service, 'ListSubmissions', slug, { pageSize, signal })) {
    for (const each of objects(fields.submissions)) found.push(submission(each, slug))
    if (found.length >= limit) break
  }
  return found.slice(0, limit)
}

/** One submission. */
export async function getSubmission(service: Service, ref: number, how: CallOptions = {}): Promise<Submission> {
  const { fields } = await service.call('GetSubmission', { ref }, how)
  return submission({ ref, ...fields })
}

function submission(fields: Fields, slug?: string): Submission {
  const ref = number(fields.ref) ?? 0
  const when = date(fields.date)
  const address = text(fields.url)
  const page = slug ? `${pageOf(slug)}/submissions` : `https://www.kaggle.com/submissions/${ref}`
  return {
    ref,
    status: statusOf(fields.status),
    publicScore: text(fields.publicScore),
    privateScore: text(fields.privateScore),
    reason: oneLine(fields.errorDescription),
    description: oneLine(fields.description),
    fileName: oneLine(fields.fileName),
    bytes: number(fields.totalBytes) ?? 0,
    ...(when && { date: when }),
    submittedBy: oneLine(fields.submittedBy),
    teamName: oneLine(fields.teamName),
    url: /^https?:\/\//.test(address) ? address : page,
  }
}

/** A word or a number; pending is the default and may be left out. */
function statusOf(value: unknown): Submission['status'] {
  const word = text(value).toUpperCase()
  if (word === '1' || word.endsWith('COMPLETE')) return 'complete'
  return word === '2' || word.endsWith('ERROR') ? 'error' : 'pending'
}

/** Looks at a submission until it is scored. The time is counted by a clock that nobody sets. */
export async function waitForScore(service: Service, ref: number, options: WaitOptions = {}): Promise<Submission> {
  const { timeout = 600_000, interval = 5000, onLook, signal } = options
  const start = performance.now()
  for (let delay = interval; ; delay = Math.min(delay * 1.5, 6 * interval)) {
    const found = await getSubmission(service, ref, { signal })
    onLook?.(found)
    if (found.status === 'error') throw new SubmissionFailedError(found)
    // Seen at Kaggle: complete, without a score, and the reason why there is none.
    if (found.status === 'complete' && !found.publicScore && found.reason) throw new SubmissionFailedError(found)
    if (found.status === 'complete') return found
    const left = timeout - (performance.now() - start)
    if (left <= 0) throw new StillPendingError(found, formatDuration(timeout))
    await pause(Math.min(delay, left), signal)
  }
}

/** Where a team stands; among teams of one name, the best. */
export async function findPlace(
  service: Service,
  slug: string,
  teamName: string,
  how: CallOptions = {},
): Promise<Place | undefined> {
  const place = { rank: 0, score: '' }
  let teams = 0
  for await (const fields of pages(service, 'GetLeaderboard', slug, { ...how, pageSize: 200 })) {
    for (const each of objects(fields.submissions)) {
      teams++
      if (place.rank > 0 || oneLine(each.teamName) !== oneLine(teamName)) continue
      place.rank = teams
      place.score = text(each.score)
    }
  }
  return place.rank > 0 ? { ...place, teams, teamName } : undefined
}
