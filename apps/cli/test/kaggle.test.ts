import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runFiles } from './helpers.ts'
import { atTerminal, kaggleSetting, token } from './kaggle-helpers.ts'

const quick = ['--recipe', 'linear', '--epochs', '3', '--threads', '1']
const rulesUrl = 'https://www.kaggle.com/competitions/digit-recognizer/rules'

describe('login and logout', () => {
  test('login checks the token, says whose it is, and stores it for this user alone', async () => {
    const { fed, home, pixelrow } = await kaggleSetting({}, {}, { signedIn: false })
    const { code, stdout, stderr } = await fed(['login'], `${token}\n`)
    const file = join(home, '.kaggle/access_token')
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `Signed in as fakeuser; the token is in ${file}\nThe rules of digit-recognizer are accepted\n`,
    })
    expect(stderr).toMatch(
      /^Create a token at https:\/\/www\.kaggle\.com\/settings\/api and paste it here; it is not shown\.\n$/,
    )
    expect(readFileSync(file, 'utf8')).toBe(`${token}\n`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await pixelrow(['logout'])).toMatchObject({ code: 0, stdout: 'Removed ~/.kaggle/access_token\n' })
    expect(existsSync(file)).toBe(false)
    expect(await pixelrow(['logout', '--json', '-q'])).toMatchObject({ code: 0, stdout: '{"removed":[]}\n' })
  })

  test('at a terminal the token is not shown while it is typed', async () => {
    const { begin, home } = await kaggleSetting({}, {}, { signedIn: false })
    const { child, says, finished } = begin(['login'], atTerminal)
    await says(/Token: /)
    child.stdin!.write(`${token}x`)
    child.stdin!.end('\x7f\r')
    const { code, stderr, stdout } = await finished
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Signed in as fakeuser') })
    expect(stderr + stdout).not.toContain(token.slice(0, 12))
    expect(readFileSync(join(home, '.kaggle/access_token'), 'utf8')).toBe(`${token}\n`)
  })

  test('a token that Kaggle rejects is not stored, nor is none', async () => {
    const { fed, home } = await kaggleSetting({}, {}, { signedIn: false })
    const rejected = await fed(['login'], 'KGAT_wrong\n')
    expect(rejected).toMatchObject({ code: 1, stdout: '' })
    expect(rejected.stderr).toMatch(
      /\nError: Kaggle rejected the token .*standard input \(401\)\..*\nFix: node \S+ login\n$/,
    )
    expect(rejected.stderr).not.toContain('KGAT_wrong')
    expect(await fed(['login'], '\n')).toMatchObject({ code: 2, stderr: expect.stringContaining('No token was given') })
    expect(existsSync(join(home, '.kaggle'))).toBe(false)
  })

  test('login links the rules that are not accepted, and names a source that comes first', async () => {
    const setting = await kaggleSetting({}, { joined: false }, { signedIn: false })
    const started = setting.begin(['login'], { KAGGLE_API_TOKEN: token })
    started.child.stdin!.end(token)
    const { code, stdout, stderr } = await started.finished
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining(`\nThe rules of digit-recognizer are not accepted yet: open ${rulesUrl}\n`),
    })
    expect(stderr).toContain('KAGGLE_API_TOKEN comes before it')
    const { stdout: removed, stderr: note } = await setting.pixelrow(['logout'], { KAGGLE_API_TOKEN: token })
    expect(removed).toBe('Removed ~/.kaggle/access_token\n')
    expect(note).toContain('KAGGLE_API_TOKEN still signs you in')
  })

  test('who is not signed in is told how to', async () => {
    const { pixelrow, server } = await kaggleSetting({}, {}, { signedIn: false })
    for (const words of [['download'], ['submissions'], ['run', '--kaggle', '--submit', '--yes']]) {
      const { code, stderr } = await pixelrow(words)
      expect(code).toBe(1)
      expect(stderr).toMatch(
        /^Error: No Kaggle credentials found\. Looked in: KAGGLE_API_TOKEN, .*\nFix: node \S+ login\n$/,
      )
    }
    expect(server.points()).toEqual([])
  })
})

describe('run --kaggle --submit', () => {
  test('is the whole flow: download, train, check, upload, wait, score and place', async () => {
    const { pixelrow, cwd, server, right } = await kaggleSetting({ pendingLooks: 1 })
    const { code, stdout, stderr } = await pixelrow(['run', '--kaggle', '--submit', '--yes', ...quick])
    expect(code).toBe(0)
    const submission = readFileSync(join(cwd, 'runs/1-linear/submission.csv'), 'utf8')
    const [lines, truth] = [submission, right].map((text) => text.trimEnd().split('\n').slice(1))
    const score = (lines!.filter((line, row) => line === truth![row]).length / truth!.length).toFixed(5)
    expect(stdout).toMatch(new RegExp(`\\n${score.replace('.', '\\.')} is Kaggle's public score\\n`))
    expect(stdout).toMatch(/\nplace [1-4] of 4 \(Team of fakeuser, best score \d\.\d{5}\)\n/)
    expect(stdout).toMatch(/\nsubmission 50000001: https:\/\/www\.kaggle\.com\/submissions\/50000001\n$/)
    expect(stderr.match(/Signing in to Kaggle/g)).toHaveLength(1)
    expect(server.state.submissions).toHaveLength(1)
    expect(server.state.submissions[0]).toMatchObject({ publicScore: score, fileName: 'submission.csv' })
    expect(server.state.submissions[0]!.description).toMatch(
      /^pixelrow linear, 3 epochs, .*seed 0, \d\.\d{4} on 30 validation rows by the model before the last training$/,
    )
    const run = JSON.parse(readFileSync(join(cwd, 'runs/1-linear/run.json'), 'utf8'))
    expect(run.kaggle).toMatchObject({ competition: 'digit-recognizer', ref: 50000001, publicScore: score })

    // The files are there now: the second time they are not downloaded.
    const points = server.points().length
    const again = await pixelrow(['run', '--kaggle', ...quick, '--json', '-q'])
    expect(JSON.parse(again.stdout)).toMatchObject({ folder: 'runs/2-linear', source: 'digit-recognizer' })
    expect(server.points().length).toBe(points)
    const listed = await pixelrow(['submissions'])
    expect(listed.stdout).toMatch(
      /^ {2}number {2}date \(UTC\) .*public {2}description\n50000001 {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}\d\.\d{5} {2}pixelrow linear, /,
    )
  }, 30_000)

  test('asks at a terminal; no is no, and says how to submit later', async () => {
    const { begin, cwd, server } = await kaggleSetting()
    const answered = async (words: string[], answer: string) => {
      const { child, says, finished } = begin(words, atTerminal)
      // What was typed before the question is no answer to it.
      child.stdin!.write('y\r')
      await says(/Submit out\/submission\.csv to digit-recognizer\? \[y\/N\] /)
      child.stdin!.end(`${answer}\r`)
      const done = await finished
      expect(done.code).toBe(0)
      return done
    }
    const { stderr } = await answered(['run', '--kaggle', '--submit', '-o', 'out', ...quick], 'n')
    expect(stderr).toMatch(/\nNot submitted; to do it later:\n.*node \S+ submit out\/submission\.csv/)
    expect(readdirSync(join(cwd, 'out')).sort()).toEqual(runFiles)
    for (const answer of ['', 'maybe', 'yn']) {
      expect((await answered(['submit', 'out/submission.csv'], answer)).stderr).toMatch(/\nNothing was submitted\n$/)
    }
    expect(server.points()).not.toContain('StartSubmissionUpload')
    await answered(['submit', 'out/submission.csv', '-m', 'later'], 'y')
    expect(server.state.submissions.map(({ description }) => description)).toEqual(['later'])
  }, 60_000)

  test('without a terminal and without --yes it refuses before it does anything', async () => {
    const { pixelrow, server, cwd } = await kaggleSetting()
    for (const words of [
      ['run', '--kaggle', '--submit'],
      ['submit', 's.csv', '-m', 'x'],
    ]) {
      const { code, stderr } = await pixelrow(words)
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringMatching(
          /^Error: .* uploads only after a yes, and there is no terminal to ask at\nTry: add --yes\n$/,
        ),
      })
    }
    expect(server.points()).toEqual([])
    expect(readdirSync(cwd)).toEqual([])
  })

  test.each<[string, Parameters<typeof kaggleSetting>[0], Parameters<typeof kaggleSetting>[1], RegExp]>([
    [
      'today',
      { dailyLimit: 1 },
      {},
      /^Error: No submissions to digit-recognizer are left until 00:00 UTC \(in .*\): 1 was sent today\n$/,
    ],
    [
      'for good',
      { totalLimit: 1 },
      {},
      /^Error: No submissions to digit-recognizer are left for good: 1 was sent today\n$/,
    ],
    [
      'but from notebooks',
      {},
      { notebooksOnly: true },
      /^Error: digit-recognizer takes submissions from notebooks at Kaggle only\n$/,
    ],
    ['any more', {}, { disabled: true }, /^Error: digit-recognizer takes no more submissions\n$/],
  ])('what takes no submissions %s is found before the training', async (_, options, competition, message) => {
    const { pixelrow, cwd, server, right } = await kaggleSetting(options, competition)
    if (options && Object.keys(options).length) {
      writeFileSync(join(cwd, 's.csv'), right)
      expect(await pixelrow(['submit', 's.csv', '-y', '-q'])).toMatchObject({ code: 0 })
    }
    const before = server.points().length
    const { code, stderr } = await pixelrow(['run', '--kaggle', '--submit', '--yes', '-q', ...quick])
    expect(code).toBe(1)
    expect(stderr).toMatch(message)
    expect(readdirSync(cwd).filter((name) => name !== 's.csv')).toEqual([])
    expect(server.points().slice(before)).not.toContain('StartSubmissionUpload')
  })

  test('a run is complete before it is submitted: if that fails, it can be done later', async () => {
    const { pixelrow, cwd, server } = await kaggleSetting()
    server.faults.add('StartSubmissionUpload', { status: 400, code: 'FAILED_PRECONDITION', message: 'Not today.' })
    const { code, stdout, stderr } = await pixelrow(['run', '--kaggle', '--submit', '--yes', '-o', 'out', ...quick])
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /\nout\/submission\.csv: 100 rows, checked: header and 100 ids of digit-recognizer\/sample_submission\.csv, in its order; labels among the 3 classes\n/,
    )
    expect(stderr).toMatch(
      /\nNot submitted; to do it later:\n {2}node \S+ submit out\/submission\.csv\nError: .*Not today\./,
    )
    expect(JSON.parse(readFileSync(join(cwd, 'out/run.json'), 'utf8')).kaggle).toBeUndefined()
    expect(await pixelrow(['submit', 'out/submission.csv', '-y'])).toMatchObject({ code: 0 })
    expect(server.state.submissions).toHaveLength(1)
  }, 30_000)
})

describe('submit', () => {
  test("checks against Kaggle's own sample where nothing else is known, before anything is uploaded", async () => {
    const { pixelrow, cwd, server, right } = await kaggleSetting()
    writeFileSync(join(cwd, 's.csv'), right.replace('\n7,', '\n77,'))
    const wrong = await pixelrow(['submit', 's.csv', '--yes', '-q'])
    expect(wrong).toMatchObject({ code: 1, stderr: 'Error: s.csv row 8: expected id 7, found 77\n' })
    writeFileSync(join(cwd, 's.csv'), right)
    const { code, stdout, stderr } = await pixelrow(['submit', 's.csv', '--yes', '-m', 'all right'])
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        "1.00000 is Kaggle's public score\nplace 1 of 4 (Team of fakeuser, best score 1.00000)\n" +
        'submission 50000001: https://www.kaggle.com/submissions/50000001\n',
    })
    expect(stderr).toContain(
      'Header and 100 ids are those of the sample_submission.csv of digit-recognizer, in its order\n',
    )
    expect(server.state.submissions.map(({ description }) => description)).toEqual(['all right'])
    expect(readdirSync(cwd)).toEqual(['s.csv'])
  })

  test('what is wrong by the files at hand is refused before Kaggle hears of it', async () => {
    const { pixelrow, cwd, server, right } = await kaggleSetting()
    mkdirSync(join(cwd, 'digit-recognizer'))
    for (const [name, bytes] of Object.entries(server.state.competitions[0]!.files)) {
      writeFileSync(join(cwd, 'digit-recognizer', name), bytes)
    }
    writeFileSync(join(cwd, 's.csv'), right.replace(/\n9,\d/, '\n9,7'))
    expect(await pixelrow(['submit', 's.csv', '--yes', '-q'])).toMatchObject({
      code: 1,
      stderr: 'Error: s.csv row 10: expected one of the classes 0, 1, 2, found 7\n',
    })
    expect(server.points()).toEqual([])
  })

  test("predictions for the embedded digits are not Kaggle's rows", async () => {
    const { pixelrow, cwd, server, right } = await kaggleSetting()
    mkdirSync(join(cwd, 'run'))
    writeFileSync(join(cwd, 'run/submission.csv'), right)
    writeFileSync(join(cwd, 'run/run.json'), '{"command":"run","source":"embedded","data":{"classes":["0","1","2"]}}')
    const { code, stderr } = await pixelrow(['submit', 'run/submission.csv', '--yes'])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^Error: run\/submission\.csv predicts the embedded digits, .*\nFix: predict Kaggle's own: node \S+ run --kaggle\n$/,
    )
    expect(server.points()).toEqual([])
  })

  test('a file that Kaggle cannot score: its reason, and exit code 1', async () => {
    const { pixelrow, cwd, right } = await kaggleSetting({}, { labels: 'id,label\n1,2\n' })
    writeFileSync(join(cwd, 's.csv'), right)
    const { code, stdout, stderr } = await pixelrow(['submit', 's.csv', '--yes', '-q'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(
      /^Error: Kaggle could not score submission 50000001 \(s\.csv\): Submission must have columns id,label/,
    )
    const listed = await pixelrow(['submissions', '-q'])
    expect(listed.stdout).toMatch(/ error .*\n50000001 was not scored: Submission must have columns/)
  })

  test('no score in time: exit code 3, and how to look again; --wait 0 does not wait', async () => {
    const { pixelrow, cwd, right, server } = await kaggleSetting({ pendingLooks: 1000 })
    writeFileSync(join(cwd, 's.csv'), right)
    const { code, stderr } = await pixelrow(['submit', 's.csv', '--yes', '-q', '--wait', '1'])
    expect(code).toBe(3)
    expect(stderr).toMatch(/^Error: No score for submission 50000001 after .*\nFix: node \S+ submissions\n$/)
    const { code: done, stdout } = await pixelrow(['submit', 's.csv', '--yes', '-q', '--wait', '0', '--json'])
    expect({ done, ...JSON.parse(stdout) }).toMatchObject({ done: 0, competition: 'digit-recognizer', ref: 50000002 })
    expect(server.state.submissions).toHaveLength(2)
  })

  test('an answer that is lost does not submit twice', async () => {
    const { pixelrow, cwd, right, server } = await kaggleSetting()
    server.faults.add('CreateSubmission', { lose: true })
    writeFileSync(join(cwd, 's.csv'), right)
    const { code, stderr } = await pixelrow(['submit', 's.csv', '--yes'])
    expect(code).toBe(0)
    expect(stderr).toContain("Submitted: number 50000001, found in Kaggle's list as its answer was lost\n")
    expect(server.state.submissions).toHaveLength(1)
  })

  test('a score without a place is still a score', async () => {
    const { pixelrow, cwd, right, server } = await kaggleSetting()
    server.faults.add('GetLeaderboard', { status: 403, message: 'hidden', times: 9 })
    writeFileSync(join(cwd, 's.csv'), right)
    const { code, stdout, stderr } = await pixelrow(['submit', 's.csv', '--yes'])
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^1\.00000 is Kaggle's public score\nsubmission /),
    })
    expect(stderr).toContain('The leaderboard cannot be read: ')
  })
})
