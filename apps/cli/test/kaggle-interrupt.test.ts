import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { interruptedAt, runFiles } from './helpers.ts'
import { atTerminal, filesBelow, kaggleSetting, reaches, token } from './kaggle-helpers.ts'

const quick = ['--recipe', 'linear', '--epochs', '2', '--threads', '1']

test.each<[string, string[], RegExp]>([
  ['while the token is checked', ['login'], /\nInterrupted; no token was stored\n$/],
  ['while the account is asked about', ['submit', 's.csv', '-y'], /\nInterrupted; nothing was (written|submitted)\n$/],
])('Ctrl-C %s leaves nothing', async (_, words, message) => {
  const setting = await kaggleSetting({}, {}, { signedIn: words[0] !== 'login' })
  const { server, cwd, home, right } = setting
  writeFileSync(join(cwd, 's.csv'), right)
  const points = ['IntrospectToken', 'GetSubmissionLimits']
  for (const point of points) server.faults.add(point, { hold: true, times: 9 })
  const started = setting.begin(words)
  started.child.stdin!.end(token)
  await reaches(setting, points[words[0] === 'login' ? 0 : 1]!, started)
  started.child.kill('SIGINT')
  const { code, stderr, stdout } = await started.finished
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  expect(stderr).toMatch(message)
  expect(readdirSync(cwd)).toEqual(['s.csv'])
  if (words[0] === 'login') expect(existsSync(join(home, '.kaggle'))).toBe(false)
})

test.each([
  ['login', 'Token: ', 'no token was stored'],
  ['submit', 'Submit s\\.csv to digit-recognizer\\?', 'nothing was submitted'],
])(
  'Ctrl-C at the question of %s is no answer, whether it comes as a signal or as a key',
  async (name, question, undone) => {
    const { begin, server, cwd, home, right } = await kaggleSetting({}, {}, { signedIn: name !== 'login' })
    writeFileSync(join(cwd, 's.csv'), right)
    for (const how of ['signal', 'key']) {
      const { child, says, finished } = begin(name === 'login' ? ['login'] : ['submit', 's.csv'], atTerminal)
      await says(new RegExp(question))
      if (how === 'signal') child.kill('SIGINT')
      else child.stdin!.write('\x03')
      const { code, stderr } = await finished
      expect(code).toBe(130)
      expect(stderr.endsWith(`Interrupted; ${undone}\n`)).toBe(true)
    }
    expect(server.state.submissions).toEqual([])
    if (name === 'login') expect(existsSync(join(home, '.kaggle'))).toBe(false)
  },
)

test('a download that Ctrl-C or a kill ends goes on with one ranged request', async () => {
  for (const how of ['SIGINT', 'SIGKILL'] as const) {
    const setting = await kaggleSetting()
    const { server, cwd } = setting
    server.faults.add('storage.get', { stallAfter: 9000 })
    const started = setting.begin(['download'])
    const part = join(cwd, 'digit-recognizer/digit-recognizer.zip.part')
    while (!existsSync(part) || statSync(part).size < 9000) await new Promise((resolve) => setTimeout(resolve, 10))
    started.child.kill(how)
    const { code, stderr } = await started.finished
    if (how === 'SIGINT') {
      expect(code).toBe(130)
      expect(stderr).toMatch(
        /\nInterrupted; kept: digit-recognizer\/digit-recognizer\.zip\.part \(the same command goes on with it\)\n$/,
      )
    }
    const names = readdirSync(join(cwd, 'digit-recognizer')).filter((name) => !name.includes('.part'))
    // Who was killed has not given its lock back.
    expect(names).toEqual(how === 'SIGKILL' ? ['.pixelrow'] : [])
    const before = server.requests.length
    const again = await setting.pixelrow(['download'])
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('\n9.0 kB of it had come before\n') })
    const storage = server.requests.slice(before).filter(({ point }) => point === 'storage.get')
    expect(storage.map(({ headers }) => headers.range)).toEqual(['bytes=9000-'])
    const files = server.state.competitions[0]!.files
    expect(readdirSync(join(cwd, 'digit-recognizer')).sort()).toEqual(['.pixelrow', ...Object.keys(files)].sort())
    for (const [name, bytes] of Object.entries(files)) {
      expect(readFileSync(join(cwd, 'digit-recognizer', name)).equals(bytes)).toBe(true)
    }
  }
}, 30_000)

test('Ctrl-C during the upload: nothing was submitted, and the run is complete', async () => {
  const setting = await kaggleSetting()
  const { server, cwd } = setting
  server.faults.add('storage.put', { hold: true })
  const started = setting.begin(['run', '--kaggle', '--submit', '--yes', '-o', 'out', ...quick])
  await reaches(setting, 'storage.put', started)
  started.child.kill('SIGINT')
  const { code, stderr } = await started.finished
  expect(code).toBe(130)
  expect(stderr).toMatch(
    /\nInterrupted; kept: out\/model\.onnx, out\/history\.csv, out\/submission\.csv, out\/run\.json; nothing was submitted\n$/,
  )
  expect(server.points()).not.toContain('CreateSubmission')
  expect(readdirSync(join(cwd, 'out')).sort()).toEqual(runFiles)
}, 30_000)

test('Ctrl-C while the score is awaited keeps the submission; --json tells it too', async () => {
  const setting = await kaggleSetting({ pendingLooks: 1000 })
  const { cwd, right, server } = setting
  writeFileSync(join(cwd, 's.csv'), right)
  const started = setting.begin(['submit', 's.csv', '--yes', '--json'])
  await reaches(setting, 'GetSubmission', started)
  started.child.kill('SIGINT')
  const { code, stdout, stderr } = await started.finished
  expect(code).toBe(130)
  expect(stderr).toMatch(/\nInterrupted; kept: submission 50000001 at Kaggle \(https:\/\/\S+\)\n$/)
  expect(JSON.parse(stdout).error.kept).toEqual([expect.stringContaining('submission 50000001')])
  expect(server.state.submissions).toHaveLength(1)
})

test('once it is sent, Ctrl-C waits for the answer; a second one says what is not known', async () => {
  const setting = await kaggleSetting()
  const { cwd, right, server } = setting
  writeFileSync(join(cwd, 's.csv'), right)
  server.faults.add('CreateSubmission', { hold: true })
  const started = setting.begin(['submit', 's.csv', '--yes'])
  await reaches(setting, 'CreateSubmission', started)
  started.child.kill('SIGINT')
  await started.says(/Stopping/)
  // Within a quarter of a second it would count as the same press.
  setTimeout(() => started.child.kill('SIGINT'), 400)
  const { code, stderr } = await started.finished
  expect(code).toBe(130)
  expect(stderr).toMatch(/\nQuit while s\.csv was being submitted: pixelrow submissions tells whether it arrived\n$/)
})

test('an interrupted training that is resumed asks for a new yes before it submits', async () => {
  const setting = await kaggleSetting()
  const { server, pixelrow, cwd } = setting
  const words = ['run', '--kaggle', '--submit', '--yes', '--recipe', 'linear', '--epochs', '200', '-o', 'out']
  const ended = await pixelrow(words, interruptedAt('^ +1 '))
  expect(ended).toMatchObject({ code: 130, stderr: expect.stringMatching(/resume out\n$/) })
  expect(readFileSync(join(cwd, 'out/resume.json'), 'utf8')).not.toMatch(/"yes"|KGAT/)
  expect(await pixelrow(['resume', 'out'])).toMatchObject({ code: 2, stderr: expect.stringContaining('add --yes') })
  expect(server.state.submissions).toEqual([])
  expect(await pixelrow(['resume', 'out', '--yes', '-q'])).toMatchObject({ code: 0 })
  expect(server.state.submissions).toHaveLength(1)
  expect(readdirSync(join(cwd, 'out')).sort()).toEqual(runFiles)
}, 60_000)

test('the token is in no output, no file but its own, no argument, and never sent to storage', async () => {
  const setting = await kaggleSetting({ pendingLooks: 1 }, {}, { signedIn: false })
  const { server, cwd, home, fed, pixelrow, begin, right } = setting
  const printed: string[] = []
  const debug = { PIXELROW_DEBUG: '1' }
  const keep = async (done: ReturnType<typeof pixelrow>) => {
    const { stdout, stderr } = await done
    printed.push(stdout, stderr)
  }
  await keep(fed(['login'], `${token}\n`))
  const flow = begin(['run', '--kaggle', '--submit', '--yes', '-o', 'out', ...quick], debug)
  await reaches(setting, 'GetSubmissionLimits', flow)
  if (process.platform === 'linux') printed.push(readFileSync(`/proc/${flow.child.pid}/cmdline`, 'utf8'))
  await keep(flow.finished)
  for (const words of [
    ['submissions', '--json'],
    ['download'],
    ['download', '--only', 'nope.csv'],
    ['run', '--kaggle', '--json', ...quick],
  ]) {
    await keep(pixelrow(words, debug))
  }
  // What goes wrong must not tell either.
  writeFileSync(join(cwd, 's.csv'), right)
  for (const fault of [
    { status: 401 },
    { status: 403 },
    { status: 400, message: 'no' },
    { text: '<html>', status: 404 },
  ]) {
    server.faults.add('GetSubmissionLimits', { ...fault, times: 9 })
    await keep(pixelrow(['submit', 's.csv', '--yes'], debug))
    server.faults.clear()
  }
  server.faults.add('storage.put', { status: 403 })
  await keep(pixelrow(['submit', 's.csv', '--yes'], debug))
  server.faults.clear()
  await keep(pixelrow(['submissions'], { ...debug, KAGGLE_API_TOKEN: `${token}\nx` }))
  await keep(pixelrow(['submissions'], { ...debug, KAGGLE_API_TOKEN: `${token}x` }))

  expect(server.state.submissions.length).toBeGreaterThanOrEqual(1)
  // A signed address is a secret, too.
  const secrets = [token, Buffer.from(token).toString('base64'), 'Signature=', 'upload_id=']
  const all = printed.join('\n')
  expect(all).toContain('out/submission.csv')
  for (const secret of secrets) expect(all).not.toContain(secret)
  const files = filesBelow(cwd, home)
  expect([...files.keys()]).toContain(join(cwd, 'out/run.json'))
  const holding = [...files]
    .filter(([, bytes]) => secrets.some((secret) => bytes.includes(secret)))
    .map(([path]) => path)
  expect(holding).toEqual([join(home, '.kaggle/access_token')])
  const storage = server.requests.filter(({ point }) => point.startsWith('storage'))
  expect(new Set(storage.map(({ point }) => point))).toEqual(new Set(['storage.get', 'storage.put']))
  for (const { headers, url } of storage) expect(`${JSON.stringify(headers)} ${url}`).not.toMatch(/authorization|KGAT/i)
}, 60_000)
