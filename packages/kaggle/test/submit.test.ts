import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CredentialsError,
  ForbiddenError,
  KaggleError,
  SubmissionLimitError,
  SubmissionRefusedError,
  SubmissionUnclearError,
  type TransferProgress,
  UnknownCompetitionError,
} from '@pixelrow/kaggle'
import { describe, expect, test } from 'vitest'
import type { Fault } from './server/faults.mjs'
import { count, failure, kaggleOf, newFolder, server, signedIn, slug, submissionFile } from './support.ts'

const url = `https://www.kaggle.com/competitions/${slug}/submissions`
const wait = { interval: 1 }

test('a submission is uploaded, registered once, scored and ranked', async () => {
  const { kaggle, started } = await kaggleOf({ pendingLooks: 3 })
  const seen: TransferProgress[] = []
  const file = submissionFile(started, { wrong: 5 })
  const receipt = await kaggle.submit(slug, file, { message: 'first try', onProgress: (each) => seen.push(each) })
  expect(receipt).toEqual({
    ref: 50000001,
    message: 'Successfully submitted to Digit Recognizer',
    url,
    recovered: false,
  })
  const { bytes } = started.state.submissions[0]!
  expect(seen.at(-1)).toEqual({ name: 'submission.csv', bytes, totalBytes: bytes })
  const looks: string[] = []
  const scored = await kaggle.waitForScore(receipt.ref, { ...wait, onLook: ({ status }) => looks.push(status) })
  expect(looks).toEqual(['pending', 'pending', 'pending', 'complete'])
  expect(scored).toMatchObject({
    publicScore: '0.75000',
    description: 'first try',
    fileName: 'submission.csv',
    reason: '',
  })
  expect(await kaggle.place(slug, scored.teamName)).toEqual({
    rank: 2,
    teams: 4,
    teamName: 'Team of fakeuser',
    score: '0.75000',
  })
  expect(await kaggle.submissions(slug)).toEqual([scored])
  expect(await kaggle.submission(receipt.ref)).toEqual(scored)
  expect(started.state.submissions).toHaveLength(1)
  // What the official client sends, and no type that storage's signature would not cover.
  expect(started.requests.find(({ point }) => point === 'storage.put')!.headers).toMatchObject({
    'content-length': String(bytes),
  })
})

test('a list gives as many as asked for, the newest first', async () => {
  const { kaggle, started } = await kaggleOf({ dailyLimit: 200 })
  const file = submissionFile(started)
  for (let i = 0; i < 3; i++) await kaggle.submit(slug, file, { message: `try ${i}` })
  const descriptions = async (limit: number) =>
    (await kaggle.submissions(slug, { limit })).map((each) => each.description)
  expect(await descriptions(2)).toEqual(['try 2', 'try 1'])
  expect(await descriptions(50)).toEqual(['try 2', 'try 1', 'try 0'])
})

test('a team is found on any page of the leaderboard, or not at all', async () => {
  const teams = Array.from({ length: 450 }, (_, i) => ({ teamName: `team ${i}`, score: (1 - i / 1000).toFixed(5) }))
  const { kaggle, started } = await kaggleOf({ competitions: [{ teams }] })
  expect(await kaggle.place(slug, 'team 432')).toEqual({
    rank: 433,
    teams: 450,
    teamName: 'team 432',
    score: '0.56800',
  })
  expect(count(started, 'GetLeaderboard')).toBe(3)
  expect(await kaggle.place(slug, 'nobody')).toBeUndefined()
})

describe('before the upload', () => {
  const uploads = (started: Awaited<ReturnType<typeof server>>) => count(started, 'StartSubmissionUpload')

  test("a used-up day is said, with when it ends by Kaggle's clock", async () => {
    // This computer's clock may be years off.
    const { kaggle, started } = await kaggleOf({ dailyLimit: 2, clock: () => new Date('2031-05-06T20:48:00Z') })
    const file = submissionFile(started)
    await kaggle.submit(slug, file)
    await kaggle.submit(slug, file)
    const error = await failure(kaggle.submit(slug, file), SubmissionLimitError)
    expect(error.message).toBe(
      `2 of 2 submissions to ${slug} used today; next at 00:00 UTC (in 3.2 h). Nothing was uploaded.`,
    )
    expect(error.resetsAt).toEqual(new Date('2031-05-07T00:00:00Z'))
    expect(uploads(started)).toBe(2)
    expect(await kaggle.limits(slug)).toEqual({
      usedToday: 2,
      usedInAll: 2,
      left: 0,
      limitedByTotal: false,
      resetsAt: new Date('2031-05-07T00:00:00Z'),
      resetsIn: 3.2 * 3_600_000,
    })
  })

  test('a used-up competition is said', async () => {
    const { kaggle, started } = await kaggleOf({ totalLimit: 1 })
    await kaggle.submit(slug, submissionFile(started))
    const error = await failure(kaggle.submit(slug, submissionFile(started)), SubmissionLimitError)
    expect(error.message).toBe(`All 1 submissions to ${slug} are used. Nothing was uploaded.`)
    expect(error.resetsAt).toBeUndefined()
  })

  test('a competition that takes no files, or nothing any more, says so', async () => {
    for (const [what, reason] of [
      [{ notebooksOnly: true }, 'This competition only accepts submissions from notebooks.'],
      [{ disabled: true }, 'Submissions have been disabled for this competition.'],
    ] as const) {
      const { kaggle, started } = await kaggleOf({ competitions: [what] })
      const error = await failure(kaggle.submit(slug, submissionFile(started)), SubmissionRefusedError)
      expect(error).toMatchObject({ reason, competition: slug })
      expect(error.message).toBe(`Kaggle does not take this submission to ${slug}: ${reason} Nothing was uploaded.`)
      expect(uploads(started)).toBe(0)
    }
  })

  test('an empty or missing file costs no call', async () => {
    const { kaggle, started } = await kaggleOf()
    const folder = newFolder()
    writeFileSync(join(folder, 'empty.csv'), '')
    for (const [file, problem] of [
      ['empty.csv', 'cannot be submitted: it is empty'],
      ['none.csv', 'cannot be read: there is no such file'],
      ['.', 'cannot be submitted: it is not a file'],
    ] as const) {
      const { message } = await failure(kaggle.submit(slug, join(folder, file)), KaggleError)
      expect(message).toContain(`${problem}. Nothing was uploaded.`)
    }
    expect(started.requests).toEqual([])
  })

  test('what is not known about limits does not stand in the way', async () => {
    const { kaggle, started } = await kaggleOf()
    for (const fault of [{ status: 400 }, { answer: {} }]) {
      started.faults.add('GetSubmissionLimits', fault)
      expect(await kaggle.submit(slug, submissionFile(started))).toMatchObject({ recovered: false })
    }
  })

  test('no access, no right and no sign-in are said', async () => {
    const { kaggle, started } = await kaggleOf()
    await failure(kaggle.submit('digits', submissionFile(started)), UnknownCompetitionError)
    const reader = await kaggleOf({ readOnly: true })
    await failure(reader.kaggle.submit(slug, submissionFile(started)), ForbiddenError)
    started.faults.add('GetSubmissionLimits', { status: 401 })
    await failure(kaggle.submit(slug, submissionFile(started)), CredentialsError)
    expect(uploads(started) + uploads(reader.started)).toBe(0)
  })
})

describe('the answer to a submission', () => {
  test.each<[string, Fault, number]>([
    ['lost', { lose: true }, 0],
    ['lost, while the list lags behind', { lose: true }, 3],
    ['a 500 although it arrived', { lose: true, status: 500 }, 0],
    ['a 504 although it arrived', { lose: true, status: 504 }, 3],
  ])('is %s: it is looked up, and was sent once', async (_, fault, hiddenLists) => {
    const { kaggle, started } = await kaggleOf()
    // One of before, with the same name and message, is not taken for it.
    await kaggle.submit(slug, submissionFile(started, { wrong: 20 }), { message: 'again' })
    started.state.hiddenLists = hiddenLists
    started.faults.add('CreateSubmission', fault)
    const receipt = await kaggle.submit(slug, submissionFile(started), { message: 'again' })
    expect(receipt).toEqual({ ref: 50000002, message: '', url, recovered: true })
    expect(count(started, 'CreateSubmission')).toBe(2)
    expect(started.state.submissions).toHaveLength(2)
    expect(await kaggle.waitForScore(receipt.ref, wait)).toMatchObject({ publicScore: '1.00000' })
  })

  test('has no number: then it is looked up too', async () => {
    const { kaggle, started } = await kaggleOf()
    started.faults.add('CreateSubmission', { lose: true, status: 200, text: '{"message":"ok"}' })
    expect(await kaggle.submit(slug, submissionFile(started))).toMatchObject({ ref: 50000001, recovered: true })
    expect(count(started, 'CreateSubmission')).toBe(1)
  })

  test.each<[string, Fault]>([
    ['none', { drop: true }],
    ['502', { status: 502 }],
    ['504', { status: 504 }],
  ])('%s, and nothing in the list: it is not sent again', async (_, fault) => {
    const { kaggle, started } = await kaggleOf()
    started.faults.add('CreateSubmission', fault)
    const error = await failure(kaggle.submit(slug, submissionFile(started)), SubmissionUnclearError)
    expect(error.message).toBe(
      `Kaggle did not say whether submission.csv arrived, and it is not in the list of submissions yet. It was not sent a second time. Open ${url} in a minute; if it is not there, submit it again.`,
    )
    expect(count(started, 'CreateSubmission')).toBe(1)
    // Once before the upload, four times after the answer failed to come.
    expect(count(started, 'ListSubmissions')).toBe(5)
  })

  test('none, and no list either, says the same', async () => {
    const { kaggle, started } = await kaggleOf()
    started.faults.add('CreateSubmission', { lose: true })
    started.faults.add('ListSubmissions', { skip: 1, status: 503, times: 99 })
    await failure(kaggle.submit(slug, submissionFile(started)), SubmissionUnclearError)
    expect(started.state.submissions).toHaveLength(1)
  })

  test('none in time, although it arrived, is found', async () => {
    const started = await server()
    const kaggle = await signedIn(started, { stallTimeout: 1000 })
    started.faults.add('CreateSubmission', { hold: true })
    const work = kaggle.submit(slug, submissionFile(started), { message: 'slow' })
    while (count(started, 'CreateSubmission') === 0) await new Promise((resolve) => setImmediate(resolve))
    const { competitions, uploads } = started.state
    started.state.submit(competitions[0]!, uploads[0]!, 'slow')
    expect(await work).toMatchObject({ recovered: true })
    expect(count(started, 'CreateSubmission')).toBe(1)
  })

  test.each<[string, Fault]>([
    ['500 twice', { status: 500, times: 2 }],
    ['429', { status: 429, times: 2, headers: { 'retry-after': '0' } }],
  ])('%s, and nothing in the list: it is sent again, and registered once', async (_, fault) => {
    const { kaggle, started } = await kaggleOf()
    started.faults.add('CreateSubmission', fault)
    expect(await kaggle.submit(slug, submissionFile(started))).toMatchObject({ recovered: false })
    expect(count(started, 'CreateSubmission')).toBe(3)
    expect(started.state.submissions).toHaveLength(1)
  })

  test("a refusal is Kaggle's own sentence", async () => {
    const { kaggle, started } = await kaggleOf()
    const code = 'FAILED_PRECONDITION'
    const daily =
      'Submission not allowed:  Your team has used its daily Submission allowance (5) today, please try again tomorrow UTC (3.2 hours from now).'
    started.faults.add('CreateSubmission', { status: 400, code, message: daily })
    const limit = await failure(kaggle.submit(slug, submissionFile(started)), SubmissionLimitError)
    expect(limit.message).toContain('Your team has used its daily Submission allowance (5) today')
    expect(limit.resetsAt!.getTime()).toBeGreaterThan(Date.now())
    started.faults.add('CreateSubmission', {
      status: 403,
      message: 'Your team has used its submission allowance (5 of 5).',
    })
    await failure(kaggle.submit(slug, submissionFile(started)), SubmissionLimitError)
    const message = 'Submission not allowed:  This competition only accepts Submissions from Notebooks.'
    started.faults.add('CreateSubmission', { status: 400, code, message })
    const { reason } = await failure(kaggle.submit(slug, submissionFile(started)), SubmissionRefusedError)
    expect(reason).toBe('Submission not allowed: This competition only accepts Submissions from Notebooks.')
    expect(started.state.submissions).toHaveLength(0)
  })
})
