import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { entry, pixelrow, start, workFolder, writeData } from './helpers.ts'

const endless = ['run', '--data', 'data', '--epochs', '10000']
const fake = { rows: 300, classes: ['a', 'b', 'c'] }

test('Ctrl-C ends a training with 130 and leaves nothing behind', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  for (const flags of [[], ['--json'], ['--out', 'deep/er/out']]) {
    const { child, says, finished } = start([...endless, ...flags], { cwd })
    await says(/\n +1 /)
    child.kill('SIGINT')
    const { code, signal, stdout, stderr } = await finished
    expect({ code, signal }).toEqual({ code: 130, signal: null })
    expect(stderr).toMatch(/Stopping … .*\n(.*\n)*Interrupted; nothing was written\n$/)
    expect(stdout).toBe(
      flags[0] === '--json' ? '{"error":{"message":"Interrupted; nothing was written","kept":[]}}\n' : '',
    )
    expect(readdirSync(cwd)).toEqual(['data'])
  }
})

test('an interrupted training leaves an earlier result in the same folder as it was', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  await pixelrow(['run', '--data', 'data', '--epochs', '2', '--out', 'out'], { cwd })
  const before = readFileSync(join(cwd, 'out/model.onnx'))
  const { child, says, finished } = start([...endless, '--out', 'out'], { cwd })
  await says(/\n +1 /)
  child.kill('SIGINT')
  expect((await finished).code).toBe(130)
  expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['history.csv', 'model.onnx', 'run.json', 'submission.csv'])
  expect(readFileSync(join(cwd, 'out/model.onnx')).equals(before)).toBe(true)
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
