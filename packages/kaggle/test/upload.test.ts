import { ServiceError, UnreachableError } from '@pixelrow/kaggle'
import { describe, expect, test } from 'vitest'
import type { Fault } from './server/faults.mjs'
import { count, failure, kaggleOf, server, signedIn, slug, submissionFile } from './support.ts'

const wait = { interval: 1 }

describe('an upload', () => {
  /** One that storage keeps in parts. */
  const granule = 1000
  const labels = `ImageId,Label\n${Array.from({ length: 20_000 }, (_, i) => `${i + 1},${i % 10}\n`).join('')}`
  const large = { granule, competitions: [{ labels }] }

  test('that is cut goes on behind what storage has', async () => {
    const { kaggle, started } = await kaggleOf(large)
    started.faults.add('storage.put', { cutAfter: 70_500 })
    await kaggle.submit(slug, submissionFile(started))
    const puts = started.requests.filter(({ point }) => point.startsWith('storage.'))
    const total = started.state.uploads[0]!.total
    expect(puts.map(({ headers }) => headers['content-range'])).toEqual([
      undefined,
      `bytes */${total}`,
      `bytes 70000-${total - 1}/${total}`,
    ])
    expect(await kaggle.waitForScore(50000001, wait)).toMatchObject({ publicScore: '1.00000' })
  })

  test.each<[string, [string, Fault][], number]>([
    ['a small cut', [['storage.put', { cutAfter: 10 }]], 1],
    ['a lost answer', [['storage.put', { lose: true }]], 1],
    ['503', [['storage.put', { status: 503 }]], 1],
    ['429', [['storage.put', { status: 429, headers: { 'retry-after': '0' } }]], 1],
    [
      '503 to the question',
      [
        ['storage.put', { drop: true }],
        ['storage.query', { status: 503 }],
      ],
      1,
    ],
    ['410', [['storage.put', { status: 410 }]], 2],
    [
      '404 to the question',
      [
        ['storage.put', { drop: true }],
        ['storage.query', { status: 404 }],
      ],
      2,
    ],
  ])('is mended after %s', async (_, faults, sessions) => {
    const { kaggle, started } = await kaggleOf()
    for (const [point, fault] of faults) started.faults.add(point, fault)
    expect(await kaggle.submit(slug, submissionFile(started))).toMatchObject({ recovered: false })
    expect(count(started, 'StartSubmissionUpload')).toBe(sessions)
    expect(started.state.submissions).toHaveLength(1)
    expect(await kaggle.waitForScore(50000001, wait)).toMatchObject({ publicScore: '1.00000' })
  })

  test('that stands still counts as cut', async () => {
    const started = await server()
    const kaggle = await signedIn(started, { stallTimeout: 1000 })
    started.faults.add('storage.put', { hold: true })
    await kaggle.submit(slug, submissionFile(started))
    expect(started.state.submissions).toHaveLength(1)
  })

  test('that fails for good says so, and nothing is submitted', async () => {
    const { kaggle, started } = await kaggleOf()
    started.faults.add('storage.put', { drop: true, times: 99 })
    const cut = await failure(kaggle.submit(slug, submissionFile(started)), UnreachableError)
    expect(cut.message).toBe('The upload failed: the connection was cut. Nothing was submitted: try again.')
    started.faults.clear()
    started.faults.add('storage.put', { status: 410, times: 99 })
    const gone = await failure(kaggle.submit(slug, submissionFile(started)), UnreachableError)
    expect(gone.message).toContain("Kaggle's storage forgot it three times")
    started.faults.clear()
    started.faults.add('storage.put', { status: 400 })
    const refused = await failure(kaggle.submit(slug, submissionFile(started)), ServiceError)
    expect(refused.message).toBe("The upload failed: Kaggle's storage answered 400.")
    expect(count(started, 'CreateSubmission')).toBe(0)
  })

  test('of which storage takes a byte at a time is left after the tries', async () => {
    const started = await server({ competitions: [{ labels }] })
    let have = 0
    const grudging: typeof fetch = async (url, init) => {
      if (init?.method !== 'PUT') return fetch(url, init)
      return new Response(null, { status: 308, headers: { range: `bytes=0-${have++}` } })
    }
    const kaggle = await signedIn(started, { fetch: (url, init) => grudging(url, init), tries: 3 })
    const error = await failure(kaggle.submit(slug, submissionFile(started)), UnreachableError)
    expect(error.message).toMatch(/storage has \d of \d+ bytes/)
    expect(have).toBeLessThan(10)
    expect(count(started, 'CreateSubmission')).toBe(0)
  })

  test('that is aborted submits nothing', async () => {
    const { kaggle, started } = await kaggleOf()
    const controller = new AbortController()
    const onProgress = () => controller.abort(new Error('enough'))
    const work = kaggle.submit(slug, submissionFile(started), { signal: controller.signal, onProgress })
    await expect(work).rejects.toThrow('enough')
    expect(count(started, 'CreateSubmission')).toBe(0)
  })
})
