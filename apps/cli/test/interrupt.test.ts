import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { appears, entry, interrupted, pixelrow, start, workFolder, writeData } from './helpers.ts'

const endless = ['run', '--data', 'data', '--epochs', '10000', '--recipe', 'mlp']
const fake = { rows: 300, classes: ['a', 'b', 'c'] }

test('Ctrl-C ends a training with 130 and leaves what it needs to go on', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  for (const [flags, folder] of [
    [[], 'runs/1-mlp'],
    [['--json'], 'runs/2-mlp'],
    [['--quiet', '--out', 'deep/er/out'], 'deep/er/out'],
  ] as const) {
    const quiet = flags[0] === '--quiet'
    // A quiet training says nothing to wait for: its first checkpoint tells that it is under way.
    const started = start([...endless, ...flags], { cwd, ...(quiet && { env: { PIXELROW_CHECKPOINT_SECONDS: '0' } }) })
    await (quiet ? appears(join(cwd, folder, 'resume.json'), started) : started.says(/\n +1 /))
    started.child.kill('SIGINT')
    const { code, signal, stdout, stderr } = await started.finished
    expect({ code, signal }).toEqual({ code: 130, signal: null })
    expect(stderr).toMatch(quiet ? /^Interrupted; .*\n.*\n$/ : /Stopping … .*\n(.*\n)*Interrupted; .*\n.*\n$/)
    const [sentence, next] = stderr.trimEnd().split('\n').slice(-2)
    expect(sentence).toBe('Interrupted; go on with:')
    expect(next).toMatch(new RegExp(`^ {2}node \\S+ resume ${folder}$`))
    const message = `${sentence} ${next!.trim()}`
    expect(readdirSync(join(cwd, folder)).sort()).toEqual(['.pixelrow', 'checkpoint.safetensors', 'resume.json'])
    const kept = [`${folder}/checkpoint.safetensors`, `${folder}/resume.json`]
    if (flags[0] !== '--json') expect(stdout).toBe('')
    else expect(JSON.parse(stdout)).toEqual({ error: { message, kept, resume: folder } })
  }
})

test.each(['Reading data', 'Training mlp'])('Ctrl-C before the first step, at “%s”, leaves nothing', async (moment) => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  const { code, stdout, stderr } = await interrupted([...endless, '--json', '--out', 'a/b'], cwd, moment)
  expect(code).toBe(130)
  expect(stderr).toMatch(/\nInterrupted; nothing was written\n$/)
  expect(stdout).toBe('{"error":{"message":"Interrupted; nothing was written","kept":[]}}\n')
  expect(readdirSync(cwd)).toEqual(['data'])
})

test('an interrupted training leaves an earlier result in the same folder as it was', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  await pixelrow(['run', '--data', 'data', '--epochs', '2', '--out', 'out'], { cwd })
  const results = ['history.csv', 'model.onnx', 'model.rows.bin', 'run.json', 'submission.csv']
  const before = results.map((name) => readFileSync(join(cwd, 'out', name), 'utf8'))
  expect((await interrupted([...endless, '--out', 'out'], cwd, '^ +1 ')).code).toBe(130)
  expect(readdirSync(join(cwd, 'out')).sort()).toEqual(
    ['.pixelrow', 'checkpoint.safetensors', ...results, 'resume.json'].sort(),
  )
  expect(results.map((name) => readFileSync(join(cwd, 'out', name), 'utf8'))).toEqual(before)
})

test('a second Ctrl-C quits at once, also with 130, where the first was not heeded', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  const hook = new URL('./stubborn.mjs', import.meta.url).href
  const { child, says, finished } = start(endless, { cwd, env: { NODE_OPTIONS: `--import ${hook}` } })
  await says(/\n +1 /)
  child.kill('SIGINT')
  await says(/Stopping/)
  // Two signals within a quarter of a second are one press: npm passes on what the terminal has sent already.
  child.kill('SIGINT')
  setTimeout(() => child.kill('SIGINT'), 400)
  const { code, signal, stderr } = await finished
  expect({ code, signal }).toEqual({ code: 130, signal: null })
  expect(stderr.match(/Stopping/g)).toHaveLength(1)
  expect(readdirSync(cwd).filter((name) => name.startsWith('core'))).toEqual([])
})

test('a reader that has seen enough is no failure', async () => {
  const cwd = workFolder()
  const fewer = { ...fake, rows: 9000, side: 3 }
  writeData(cwd, fewer)
  expect(await pixelrow(['train', 'train.csv', '-o', 'out', '--epochs', '1', '--quiet'], { cwd })).toMatchObject({
    code: 0,
  })
  writeFileSync(
    join(cwd, 'pipe.sh'),
    'set -o pipefail\n"$1" "$2" predict out/model.onnx test.csv -o - --quiet | head -2\n',
  )
  const { status, stdout, stderr } = spawnSync('bash', ['pipe.sh', process.execPath, entry], { cwd, encoding: 'utf8' })
  expect({ status, stderr, lines: stdout.split('\n').length }).toEqual({ status: 0, stderr: '', lines: 3 })
  expect(existsSync(join(cwd, 'core'))).toBe(false)
})
