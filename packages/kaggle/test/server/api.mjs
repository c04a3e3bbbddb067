// @ts-check
import { randomBytes } from 'node:crypto'
/** @typedef {import('./state.mjs').State} State */
/** @typedef {import('./state.mjs').Competition} Competition */
/** @typedef {import('./state.mjs').Submission} Submission */
/** @typedef {Record<string, unknown>} Fields */
/** @typedef {{ body: Fields, state: State, storage: string }} Call */

/** An answer that is an error, in Kaggle's words. */
export class Refusal extends Error {
  /** @param {number} status @param {string} code @param {string} message */
  constructor(status, code, message) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** What leads elsewhere, as downloads do. @typedef {{ location: string }} Redirect */

const denied = (/** @type {string} */ what) => new Refusal(403, 'PERMISSION_DENIED', `Permission '${what}' was denied`)
const notAllowed = (/** @type {string} */ why) =>
  new Refusal(400, 'FAILED_PRECONDITION', `Submission not allowed:  ${why}`)

/** Kaggle's calls by name; each returns the fields of its answer, or where it leads. @type {Record<string, (call: Call) => Fields | Redirect>} */
export const methods = {
  ListCompetitions({ body, state }) {
    const words = String(body.search ?? '').toLowerCase()
    const found = state.competitions.filter(
      ({ slug, title, unlisted }) => !unlisted && `${slug} ${title}`.toLowerCase().includes(words),
    )
    return { competitions: found.map(describe) }
  },
  GetCompetition: (call) => describe(competitionOf(call, 'competitions.get')),
  ListDataFiles(call) {
    return page('files', described(competitionOf(call, 'competitions.get').files), call.body)
  },
  DownloadDataFiles(call) {
    const competition = joined(call)
    return sign(call, `${competition.slug}/archive.zip`, call.state.zip(competition))
  },
  DownloadDataFile(call) {
    const competition = joined(call)
    const name = String(call.body.fileName ?? '')
    const bytes = competition.files[name]
    const packed = competition.files[`${name}.zip`]
    if (!bytes && !packed) throw new Refusal(404, 'NOT_FOUND', 'Not found')
    // Large files come packed, as files of another name.
    return packed ? sign(call, `${name}.zip`, packed) : sign(call, name, bytes ?? Buffer.alloc(0))
  },
  StartSubmissionUpload(call) {
    mayParticipate(call)
    const { body, state, storage } = call
    const id = randomBytes(12).toString('hex')
    const token = `CfDJ8${randomBytes(20).toString('hex')}`
    const upload = { id, token, name: String(body.fileName), total: Number(body.contentLength), body: Buffer.alloc(0) }
    if (!upload.total) throw new Refusal(400, 'INVALID_ARGUMENT', 'The file is empty')
    state.uploads.push({ ...upload, done: false })
    return { token, createUrl: `${storage}/upload/storage/v1/b/kaggle/o?uploadType=resumable&upload_id=${id}` }
  },
  CreateSubmission(call) {
    const competition = mayParticipate(call)
    const { body, state } = call
    const upload = state.uploads.find(({ token, done }) => done && token === body.blobFileTokens)
    if (!upload) throw new Refusal(400, 'INVALID_ARGUMENT', 'Could not find the uploaded file')
    const limits = limitsOf(state, competition.slug)
    if (competition.notebooksOnly) throw notAllowed('This competition only accepts Submissions from Notebooks.')
    if (competition.disabled) throw notAllowed('Submissions have been disabled for this competition.')
    if (limits.numAllowedNow === 0)
      throw notAllowed(
        `Your team has used its daily Submission allowance (${state.dailyLimit}) today, please try again tomorrow UTC (3.2 hours from now).`,
      )
    const { ref } = state.submit(competition, upload, String(body.submissionDescription ?? ''))
    return { message: `Successfully submitted to ${competition.title}`, ref }
  },
  GetSubmissionLimits: (call) => limitsOf(call.state, mayParticipate(call).slug),
  ListSubmissions(call) {
    const { slug } = mayParticipate(call)
    const { state, body } = call
    const shown = state.submissions.filter((each) => each.slug === slug && each.hidden-- <= 0)
    return page(
      'submissions',
      shown.map((each) => look(each, state)),
      body,
    )
  },
  GetSubmission({ body, state }) {
    const found = state.submissions.find(({ ref }) => ref === body.ref)
    if (!found) throw new Refusal(404, 'NOT_FOUND', 'Not found')
    return look(found, state)
  },
  GetLeaderboard(call) {
    const { slug, teams = [] } = competitionOf(call, 'competitions.get')
    const scores = call.state.submissions.filter((each) => each.slug === slug && each.publicScore)
    const own = scores
      .map(({ publicScore }) => publicScore)
      .sort()
      .at(-1)
    const all = [...teams, ...(own === undefined ? [] : [{ teamName: teamName(call.state), score: own }])]
    const ranked = all.sort((a, b) => Number(b.score) - Number(a.score))
    const rows = ranked.map((each, i) => ({ teamId: i + 1, ...each, submissionDate: call.state.now().toISOString() }))
    return page('submissions', rows, call.body)
  },
}

/** The calls about data sets. @type {Record<string, (call: Call) => Fields | Redirect>} */
export const datasetMethods = {
  GetDatasetMetadata(call) {
    const { owner, name } = datasetOf(call)
    return { info: { datasetId: 2243, datasetSlug: name, ownerUser: owner, licenses: [{ name: 'CC0-1.0' }] } }
  },
  ListDatasetFiles: (call) => page('datasetFiles', described(datasetOf(call).files), call.body),
  DownloadDataset(call) {
    const dataset = datasetOf(call)
    const name = call.body.fileName
    if (name === undefined) return sign(call, `${dataset.name}/archive.zip`, call.state.zip(dataset))
    const bytes = dataset.files[String(name)]
    if (!bytes) throw new Refusal(404, 'NOT_FOUND', 'Not found')
    return sign(call, String(name), bytes)
  },
}

/** Other services' calls. @type {Record<string, (call: Call) => Fields>} */
export const otherServices = {
  'security.OAuthService/IntrospectToken': ({ body, state }) =>
    isToken(state, String(body.token))
      ? { active: true, username: state.username, userId: 1, scope: 'resources.admin:*' }
      : { active: false },
  'users.AccountService/GenerateAccessToken'({ body, state }) {
    if (body.refreshToken !== `refresh-${state.token}`) throw new Refusal(400, 'INVALID_ARGUMENT', 'Bad refresh token')
    const token = `KGAT_${randomBytes(16).toString('hex')}`
    state.accessTokens.add(token)
    return { token, expiresIn: 43200, userName: state.username, userId: 1 }
  },
}

/** @param {State} state @param {string} token */
const isToken = (state, token) => token === state.token || state.accessTokens.has(token)

/** Whether a header is that of the user. @param {State} state @param {string | undefined} authorization */
export function isSignedIn(state, authorization = '') {
  const basic = `Basic ${Buffer.from(`${state.username}:${state.key}`).toString('base64')}`
  return authorization === basic || (authorization.startsWith('Bearer ') && isToken(state, authorization.slice(7)))
}

/** An unknown competition is one that may not be seen. @param {Call} call @param {string} permission */
function competitionOf({ body, state }, permission) {
  const found = state.competitions.find(({ slug }) => slug === body.competitionName)
  if (!found) throw denied(permission)
  return found
}

/** A data set that is somebody's own is unknown to everybody else. @param {Call} call */
function datasetOf({ body, state }) {
  const { ownerSlug, datasetSlug } = body
  const found = state.datasets.find(({ owner, name }) => owner === ownerSlug && name === datasetSlug)
  if (!found) throw denied('datasets.get')
  return found
}

/** @param {Record<string, Uint8Array>} files */
const described = (files) =>
  Object.entries(files).map(([name, bytes]) => ({
    ref: name,
    name,
    totalBytes: bytes.length,
    creationDate: '2026-11-23T12:29:37.8361234Z',
  }))

/** @param {Call} call */
function joined(call) {
  const competition = competitionOf(call, 'competitions.get')
  if (competition.joined) return competition
  const message = "You must accept this competition's rules before you'll be able to download files."
  throw new Refusal(403, 'PERMISSION_DENIED', message)
}

/** @param {Call} call */
function mayParticipate(call) {
  const competition = competitionOf(call, 'competitions.participate')
  if (!competition.joined || call.state.readOnly) throw denied('competitions.participate')
  return competition
}

/** @param {Competition} competition @returns {Fields} */
const describe = ({ slug, title, joined, notebooksOnly = false, disabled = false, teams = [] }) => ({
  id: 3004,
  ref: `https://www.kaggle.com/competitions/${slug}`,
  title,
  category: 'Getting Started',
  reward: 'Knowledge',
  deadline: '2030-01-01T00:00:00Z',
  teamCount: teams.length,
  userHasEntered: joined,
  maxDailySubmissions: 5,
  evaluationMetric: 'Categorization Accuracy',
  isKernelsSubmissionsOnly: notebooksOnly,
  submissionsDisabled: disabled,
})

/** @param {State} state @param {string} slug */
function limitsOf(state, slug) {
  const { today, total } = state.used(slug)
  const limitedByTotal = state.totalLimit !== undefined && total >= state.totalLimit
  const numAllowedNow = limitedByTotal ? 0 : Math.max(0, state.dailyLimit - today)
  return { numToday: today, numTotal: total, numAllowedNow, limitedByTotal }
}

const teamName = (/** @type {State} */ state) => `Team of ${state.username}`

/** How a submission looks now: its score comes after some looks. @param {Submission} submission @param {State} state */
function look(submission, state) {
  const isPending = submission.looks++ < state.pendingLooks
  const { ref, bytes, date, fileName, description } = submission
  const scored = submission.errorDescription ? 'ERROR' : 'COMPLETE'
  return {
    ref,
    totalBytes: bytes,
    date: date.toISOString(),
    fileName,
    description,
    errorDescription: isPending ? '' : submission.errorDescription,
    publicScore: isPending ? '' : submission.publicScore,
    privateScore: '',
    status: isPending ? '' : scored,
    submittedBy: state.username,
    teamName: teamName(state),
    url: `https://www.kaggle.com/submissions/${ref}`,
  }
}

/** One page of a list; the token is where the next begins. @param {string} name @param {Fields[]} all @param {Fields} body */
function page(name, all, body) {
  const size = Number(body.pageSize ?? 20)
  const start = Number(body.pageToken || (Number(body.page ?? 1) - 1) * size)
  const nextPageToken = start + size < all.length ? String(start + size) : ''
  return { [name]: all.slice(start, start + size), nextPageToken }
}

/** An address that works for who has it. @param {Call} call @param {string} name @param {Uint8Array} bytes */
function sign({ state, storage }, name, bytes) {
  const signature = randomBytes(20).toString('hex')
  state.signed.set(signature, { bytes, name })
  const path = name.split('/').map(encodeURIComponent).join('/')
  return { location: `${storage}/kaggle-data/${path}?GoogleAccessId=x&Expires=1999999999&Signature=${signature}` }
}
