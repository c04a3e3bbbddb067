import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { kaggleSetting } from './kaggle-helpers.ts'

test("submit finds the competition's sample by whatever name it has, and says so where there is none", async () => {
  const { pixelrow, cwd, server, right } = await kaggleSetting()
  const [competition] = server.state.competitions
  const { 'sample_submission.csv': sample, ...files } = competition!.files
  competition!.files = { ...files, 'SampleSubmission.csv': sample! }
  writeFileSync(join(cwd, 's.csv'), right.replace('\n7,', '\n77,'))
  const words = ['submit', 's.csv', '--yes', '--wait', '0']
  expect((await pixelrow(words)).stderr).toContain('Error: s.csv row 8: expected id 7, found 77\n')
  competition!.files = files
  const blind = await pixelrow(words)
  expect(blind).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(
      'digit-recognizer has no sample of a submission: s.csv was compared with nothing\n',
    ),
  })
})

test('submit refuses labels that the competition has not, where only its sample is there to tell', async () => {
  const { pixelrow, cwd, server, right } = await kaggleSetting()
  for (const label of ['[2]', '12']) {
    writeFileSync(join(cwd, 's.csv'), right.replace(/\n9,\d/, `\n9,${label}`))
    const refused = await pixelrow(['submit', 's.csv', '--yes', '-q'])
    expect(refused.stderr).toContain(
      `Error: s.csv row 10: expected one of the classes 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, found ${label}\n`,
    )
  }
  expect(server.points()).not.toContain('StartSubmissionUpload')
})
