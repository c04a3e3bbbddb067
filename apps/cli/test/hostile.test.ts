import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { fakeTable, pixelrow, workFolder } from './helpers.ts'
import { kaggleSetting, token } from './kaggle-helpers.ts'

const codes = '\u001b]0;PWNED\u0007\u001b[31mRED\u001b[2J'
const shown = '\\u001b]0;PWNED\\u0007\\u001b[31mRED\\u001b[2J'
/** Class names with a title, a colour, an 8-bit CSI, a turn of direction, something without width, a line of its own. */
const classes = [codes, '\u009b31mC1\u009d0;T\u009c', '\u202egnp.exe\u2066', 'a\u200bb\ufeff', '👩‍🚀', 'plain']

/** What no output may hold; line ends are its own. */
const raw = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069\u200b\ufeff]/u

/** Everything that a call has said, of which nothing is raw. */
async function said(call: Promise<{ code: number | null; stdout: string; stderr: string }>) {
  const { code, stdout, stderr } = await call
  expect(stdout).not.toMatch(raw)
  expect(stderr).not.toMatch(raw)
  return { code, stdout, stderr, all: stdout + stderr }
}

test('a table for a spreadsheet holds no formula; any other is as it is', async () => {
  const cwd = workFolder()
  const names = ["=cmd|' /C calc'!A0", '@SUM(1)', '-2+3', '+x', '-2', 'plain']
  const { labelled } = fakeTable({ rows: 12, classes: names })
  writeFileSync(join(cwd, 'table.csv'), labelled)
  const cells = async (...flags: string[]) => {
    const { stdout } = await pixelrow(['data', 'convert', 'table.csv', '-o', '-', '-q', ...flags], { cwd })
    return new Set(
      stdout
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(',')[0]),
    )
  }
  expect(await cells()).toEqual(new Set(names))
  const guarded = ["'=cmd|' /C calc'!A0", "'@SUM(1)", "'-2+3", "'+x", '-2', 'plain']
  expect(await cells('--spreadsheet-safe')).toEqual(new Set(guarded))
  const idx = await pixelrow(['data', 'convert', 'table.csv', '-o', 'x.idx', '--spreadsheet-safe'], { cwd })
  expect(idx).toMatchObject({ code: 2, stderr: expect.stringContaining('--spreadsheet-safe') })
})

test('everything is written in one place', () => {
  const sources = fileURLToPath(new URL('../src', import.meta.url))
  const writing = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      name.endsWith('.ts') &&
      /console\.|\b(stdout|stderr)\.write|\bwriteSync\b/.test(readFileSync(join(sources, name), 'utf8')),
  )
  expect(writing).toEqual([])
})

describe('names that would do something to a terminal', () => {
  test('of classes are shown by every command that tells them, and JSON gives them back', async () => {
    const cwd = workFolder()
    const { labelled, unlabelled } = fakeTable({ rows: 120, classes })
    writeFileSync(join(cwd, 'train.csv'), labelled)
    writeFileSync(join(cwd, 'test.csv'), unlabelled)
    const training = ['train', 'train.csv', '--recipe', 'linear', '--epochs', '1', '-o', 'out']
    expect((await said(pixelrow(training, { cwd }))).code).toBe(0)
    for (const words of ['data describe train.csv', 'data head train.csv', 'eval out train.csv', 'inspect out']) {
      const { code, stdout } = await said(pixelrow(words.split(' '), { cwd }))
      expect(code).toBe(0)
      expect(stdout).toContain('\\u001b]0;PW')
    }
    const colored = await pixelrow(['eval', 'out', 'train.csv'], { cwd, env: { FORCE_COLOR: '1' } })
    const own = ['\u001b[1m', '\u001b[22m']
    for (const code of own) expect(colored.stdout).toContain(code)
    expect(own.reduce((text, code) => text.replaceAll(code, ''), colored.stdout)).not.toMatch(raw)
    expect(colored.stdout).toContain(shown)
    expect(colored.stdout).toContain('👩‍🚀')
    const json = await said(pixelrow(['eval', 'out', 'train.csv', '--json'], { cwd }))
    expect(new Set(JSON.parse(json.stdout).classes)).toEqual(new Set(classes))
    // What is piped on is data, and as it is.
    const { stdout } = await pixelrow(['predict', 'out', 'test.csv', '-o', '-', '-q'], { cwd })
    expect(stdout).toContain(codes)
  })

  test('of columns and files are shown, and a fix that names one can be pasted', async () => {
    const cwd = workFolder()
    const { labelled } = fakeTable({ rows: 30, classes: ['a', 'b'] })
    const name = `it's ${codes}\u202e\\ \n.csv`
    writeFileSync(
      join(cwd, name),
      labelled.replace('label,', `label,"${codes}\u202e'\\",`).replaceAll(/^([ab],)/gm, '$1x,'),
    )
    const { code, all } = await said(pixelrow(['data', 'describe', name], { cwd }))
    expect(code).toBe(1)
    const flag = /--drop (\$'(?:[^'\\]|\\.)*')/.exec(all)![1]
    const back = spawnSync('bash', ['-c', `printf %s ${flag}`], { encoding: 'utf8' })
    expect(back.stdout).toBe(`${codes}\u202e'\\`)
    const other = await said(pixelrow(['export', name], { cwd }))
    const path = /export (\$'(?:[^'\\]|\\.)*') -o/.exec(other.stderr)![1]
    expect(spawnSync('bash', ['-c', `printf %s ${path}`], { encoding: 'utf8' }).stdout).toBe(name)
    expect((await said(pixelrow(['inspect', `${codes}.onnx`], { cwd }))).all).toContain(shown)
    expect((await said(pixelrow([codes]))).code).toBe(2)
    expect((await said(pixelrow(['run', `--${codes}`]))).code).toBe(2)
  })

  test('of a server and of what it sends are shown', async () => {
    const setting = await kaggleSetting({ username: codes }, { title: codes })
    const { cwd, server, right } = setting
    const { files } = server.state.competitions[0]!
    files[`a${codes}.csv`] = files['test.csv']!
    writeFileSync(join(cwd, 's.csv'), right)
    expect(await said(setting.fed(['login'], token))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Signed in as ${shown}`),
    })
    expect((await said(setting.pixelrow(['download']))).stdout).toContain(`a${shown}.csv`)
    expect((await said(setting.pixelrow(['submit', 's.csv', '--yes', '--message', codes]))).code).toBe(0)
    server.state.submissions[0]!.publicScore += codes
    expect((await said(setting.pixelrow(['submissions']))).stdout).toContain(shown)
    const json = await said(setting.pixelrow(['submissions', '--json']))
    expect(JSON.parse(json.stdout).submissions[0].publicScore).toContain(codes)
    server.faults.add('ListSubmissions', { status: 403, text: codes })
    expect((await said(setting.pixelrow(['submissions']))).code).toBe(1)
  })
})
