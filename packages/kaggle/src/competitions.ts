import { show } from '../../../common/options.ts'
import { answersOfList, beyond, usualAnswer } from './answer.ts'
import { ForbiddenError, KaggleError, RulesNotAcceptedError, ServiceError, UnknownCompetitionError } from './errors.ts'
import { date, type Fields, number, objects, oneLine, text } from './fields.ts'
import type { Answer, CallOptions, Service } from './service.ts'
import type { Competition, RemoteFile } from './types.ts'

/** A competition's name out of what people paste: the name itself, or the address of any of its pages. */
export function slugOf(nameOrAddress: string): string {
  if (typeof nameOrAddress !== 'string') {
    const [expected, found] = ['its name, or the address of one of its pages', show(nameOrAddress)]
    const params = { where: 'a competition', option: 'name', expected, found }
    throw new KaggleError(`A competition: expected ${expected}; found ${found}.`, {
      code: 'KAGGLE_OPTION_INVALID',
      params,
    })
  }
  const name = nameOrAddress.trim()
  return /(?:^|\/)(?:competitions|c)\/([^/?#]+)/.exec(name)?.[1] ?? name
}

export const pageOf = (slug: string) => `https://www.kaggle.com/competitions/${slug}`
export const rulesOf = (slug: string) => `${pageOf(slug)}/rules`

/** The competition of this name, by way of the list, which also shows what this user has not joined. */
export async function getCompetition(service: Service, slug: string, how: CallOptions = {}): Promise<Competition> {
  const { found, similar } = await search(service, slug, how)
  if (found) return found
  throw new UnknownCompetitionError(slug, similar)
}

interface Found {
  found?: Competition
  similar: string[]
}

/** Looks for the exact name; what is not in the list, such as a private competition, is asked for by itself. */
export async function search(service: Service, slug: string, how: CallOptions = {}): Promise<Found> {
  const listed = await list(service, slug, how)
  const found = listed.find((each) => each.slug === slug) ?? (await single(service, slug, how))
  if (found) return { found, similar: [] }
  const [word = ''] = slug.split(/\W+/)
  const wider = listed.length || !word || word === slug ? listed : await list(service, word, how)
  return { similar: wider.slice(0, 3).map((each) => each.slug) }
}

async function list(service: Service, words: string, { signal }: CallOptions): Promise<Competition[]> {
  const { fields } = await service.call('ListCompetitions', { search: words, page: 1 }, { signal })
  return objects(fields.competitions).map(competition)
}

async function single(service: Service, slug: string, { signal }: CallOptions): Promise<Competition | undefined> {
  try {
    const { fields } = await service.call('GetCompetition', { competitionName: slug }, { signal })
    const found = competition(fields)
    return found.slug === slug ? found : undefined
  } catch (error) {
    if (error instanceof ServiceError && error.status < 500) return undefined
    throw error
  }
}

function competition(fields: Fields): Competition {
  const slug = oneLine(fields.ref).replace(/\/+$/, '').split('/').at(-1) ?? ''
  const [deadline, daily] = [date(fields.deadline), number(fields.maxDailySubmissions)]
  return {
    slug,
    title: oneLine(fields.title) || slug,
    url: pageOf(slug),
    rulesUrl: rulesOf(slug),
    joined: fields.userHasEntered === true,
    metric: oneLine(fields.evaluationMetric),
    ...(deadline && { deadline }),
    teams: number(fields.teamCount) ?? 0,
    ...(daily && { maxDailySubmissions: daily }),
    notebooksOnly: fields.isKernelsSubmissionsOnly === true,
    submissionsDisabled: fields.submissionsDisabled === true,
  }
}

/**
 * What a 403 or 404 about a competition means, which Kaggle uses for several things: rules that are not accepted, no such competition, or
 * a token without the right. Other errors come back as they are.
 */
export async function explained(
  service: Service,
  error: unknown,
  slug: string,
  how: CallOptions = {},
): Promise<unknown> {
  if (!(error instanceof ServiceError) || (error.status !== 403 && error.status !== 404)) return error
  if (error.status === 403 && /\brules\b/i.test(error.reason)) return new RulesNotAcceptedError(slug, rulesOf(slug))
  const { found, similar } = await search(service, slug, how)
  if (!found) return new UnknownCompetitionError(slug, similar)
  if (error.status === 404) return error
  if (!found.joined) return new RulesNotAcceptedError(slug, found.rulesUrl)
  const kaggle = error.reason ? ` (${error.reason})` : ''
  return new ForbiddenError(
    `Kaggle denies this to the credentials from ${service.credentials.source}${kaggle}. You have joined ${slug}, so the token may lack the right to it (make one without restrictions), or Kaggle wants your phone number verified: www.kaggle.com/settings.`,
    slug,
  )
}

/** Calls a method about a competition; a denial comes out as what it means. */
export async function about(service: Service, method: string, slug: string, body: Fields, how: CallOptions = {}) {
  try {
    return await service.call(method, { competitionName: slug, ...body }, how)
  } catch (error) {
    throw await explained(service, error, slug, how)
  }
}

/** All files: the service gives them in pages. */
export async function listFiles(service: Service, slug: string, how: CallOptions = {}): Promise<RemoteFile[]> {
  const files: RemoteFile[] = []
  for await (const fields of pages(service, 'ListDataFiles', slug, how))
    for (const each of objects(fields.files)) files.push(remoteFile(each))
  return files
}

export function remoteFile(fields: Fields): RemoteFile {
  const created = date(fields.creationDate)
  return {
    name: text(fields.name) || text(fields.ref),
    bytes: number(fields.totalBytes) ?? 0,
    ...(created && { created }),
  }
}

/** The pages of a list about a competition. */
export const pages = (
  service: Service,
  method: string,
  slug: string,
  { pageSize, ...how }: CallOptions & { pageSize?: number } = {},
): AsyncGenerator<Fields> => pagesOf(service, (body) => about(service, method, slug, body, how), pageSize)

/** The pages of a list, one after the other. */
export async function* pagesOf(
  service: Service,
  ask: (body: Fields) => Promise<Answer>,
  pageSize = 100,
): AsyncGenerator<Fields> {
  const { maxPages = 10_000, maxAnswer = usualAnswer } = service.options
  const seen = new Set<string>()
  let [token, length] = ['', 0]
  for (let page = 1; ; page++) {
    const answer = await ask({ pageSize, ...(token && { pageToken: token }) })
    length += answer.length
    if (length > answersOfList * maxAnswer)
      throw beyond('maxAnswer', maxAnswer, `gave a list of more than ${answersOfList} times ${maxAnswer} bytes`)
    yield answer.fields
    token = text(answer.fields.nextPageToken)
    // A token that comes twice would never end.
    if (!token || seen.has(token)) return
    if (page >= maxPages) throw beyond('maxPages', maxPages, `gave a list of more than ${maxPages} pages`)
    seen.add(token)
  }
}
