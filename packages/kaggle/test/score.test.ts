import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StillPendingError, type Submission, SubmissionFailedError } from '@pixelrow/kaggle'
import { describe, expect, test } from 'vitest'
import { failure, kaggleOf, newFolder, slug, submissionFile } from './support.ts'

const wait = { interval: 1 }

describe('waiting for a score', () => {
  test('ends with the reason of a file that cannot be scored', async () => {
    const { kaggle, started } = await kaggleOf()
    const file = join(newFolder(), 'short.csv')
    writeFileSync(file, 'ImageId,Label\n1,0\n')
    const { ref } = await kaggle.submit(slug, file)
    const { message, submission } = await failure(kaggle.waitForScore(ref, wait), SubmissionFailedError)
    expect(message).toBe(`Kaggle could not score submission ${ref} (short.csv): Submission must have 20 rows, found 1.`)
    expect(submission).toMatchObject({ status: 'error', reason: 'Submission must have 20 rows, found 1' })
    started.faults.add('GetSubmission', {
      answer: { ref, status: 'COMPLETE', errorDescription: 'No labels', fileName: 'x' },
    })
    expect((await failure(kaggle.waitForScore(ref, wait), SubmissionFailedError)).message).toContain('(x): No labels.')
  })

  test('ends in time, with where to look', async () => {
    const { kaggle, started } = await kaggleOf({ pendingLooks: Number.POSITIVE_INFINITY })
    const { ref } = await kaggle.submit(slug, submissionFile(started))
    const looks: Submission[] = []
    const { message, submission } = await failure(
      kaggle.waitForScore(ref, { timeout: 20, interval: 4, onLook: (each) => looks.push(each) }),
      StillPendingError,
    )
    expect(message).toBe(
      `No score for submission ${ref} after 1 s. It is still waiting at Kaggle: look again later, or open https://www.kaggle.com/submissions/${ref}.`,
    )
    expect(submission.status).toBe('pending')
    expect(looks.length).toBeGreaterThan(1)
  })

  test('goes on after failures, and ends with an abort', async () => {
    const { kaggle, started } = await kaggleOf()
    const { ref } = await kaggle.submit(slug, submissionFile(started))
    started.faults.add('GetSubmission', { status: 500 })
    started.faults.add('GetSubmission', { drop: true })
    expect(await kaggle.waitForScore(ref, wait)).toMatchObject({ publicScore: '1.00000' })
    started.state.submissions[0]!.looks = -99
    const controller = new AbortController()
    const onLook = () => controller.abort(new Error('enough'))
    await expect(kaggle.waitForScore(ref, { onLook, signal: controller.signal })).rejects.toThrow('enough')
  })

  test('understands numbers as texts, numbers for words, and words in any case', async () => {
    const { kaggle, started } = await kaggleOf()
    for (const [status, expected] of [
      [0, 'pending'],
      ['1', 'complete'],
      [2, 'error'],
      ['complete', 'complete'],
      ['Error', 'error'],
      ['new', 'pending'],
    ]) {
      started.faults.add('GetSubmission', { answer: { ref: '7', totalBytes: '12', publicScore: 0.5, status } })
      expect(await kaggle.submission(7)).toMatchObject({ ref: 7, bytes: 12, publicScore: '0.5', status: expected })
    }
  })
})
