import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { digits } from 'pixelrow'
import { expect, test } from 'vitest'
import { csvRows } from './helpers.ts'
import { kaggleSetting } from './kaggle-helpers.ts'

test('28,000 true labels: the score that is printed is the one computed from them', async () => {
  const files = await digits()
  const labels = readFileSync(files.solution, 'utf8')
  // Enough to train on; the rest would only take longer to pack.
  const train = readFileSync(files.train)
    .subarray(0, 8_000_000)
    .toString('latin1')
    .replace(/\n[^\n]*$/, '\n')
  const { pixelrow, cwd, server } = await kaggleSetting(
    { pendingLooks: 1 },
    {
      labels,
      files: {
        'train.csv': Buffer.from(train),
        'test.csv': readFileSync(files.test),
        'sample_submission.csv': readFileSync(files.sampleSubmission),
      },
    },
  )
  const words = ['run', '--kaggle', '--submit', '--yes', '--recipe', 'linear', '--epochs', '2', '-o', 'out']
  const { code, stdout } = await pixelrow(words)
  expect(code).toBe(0)
  const predicted = csvRows(readFileSync(join(cwd, 'out/submission.csv'), 'utf8'))
  const truth = csvRows(labels)
  expect(predicted).toHaveLength(28_001)
  const right = truth.slice(1).filter(([id, label], row) => predicted[row + 1]!.join() === `${id},${label}`).length
  expect(right / 28_000).toBeGreaterThan(0.8)
  const score = (right / 28_000).toFixed(5)
  expect(server.state.submissions[0]!.publicScore).toBe(score)
  expect(stdout).toContain(`\n${score} is Kaggle's public score\nplace `)
}, 120_000)
