import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { entry, pixelrow, start, workFolder, writeData } from './helpers.ts'

const fake = { rows: 300, classes: ['a', 'b', 'c'] }
const endless = ['train', 'train.csv', '--epochs', '10000', '--recipe', 'mlp', '--out', 'out']

test.each(['SIGTERM', 'SIGHUP', 'SIGUSR1'] as const)(
  '%s leaves a checkpoint, says so, and ends with 128 + n',
  async (name) => {
    const cwd = workFolder()
    writeData(cwd, fake)
    const { child, says, finished } = start([...endless, '--json'], { cwd })
    await says(/\n +1 /)
    child.kill(name)
    const { code, signal, stdout, stderr } = await finished
    expect({ code, signal }).toEqual({ code: 128 + constants.signals[name], signal: null })
    expect(stderr).toMatch(new RegExp(`\\nInterrupted \\(${name}\\); go on with:\\n {2}node \\S+ resume out\\n$`))
    expect(JSON.parse(stdout).error).toMatchObject({ resume: 'out' })
    expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['.pixelrow', 'checkpoint.safetensors', 'resume.json'])
  },
)

test('a terminal that is closed costs no checkpoint, though nobody can be told', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const { child, says, finished } = start(endless, { cwd })
  await says(/\n +1 /)
  child.stdout!.destroy()
  child.stderr!.destroy()
  child.kill('SIGHUP')
  expect((await finished).code).toBe(129)
  expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['.pixelrow', 'checkpoint.safetensors', 'resume.json'])
})

test('a batch system that warns and then ends a job gets the checkpoint that the warning asked for', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const hook = new URL('./stubborn.mjs', import.meta.url).href
  const { child, says, finished } = start(endless, { cwd, env: { NODE_OPTIONS: `--import ${hook}` } })
  await says(/\n +1 /)
  child.kill('SIGUSR1')
  await says(/Stopping/)
  // Long enough after the first that a second Ctrl-C would quit; what does not listen is still at work after it.
  setTimeout(() => child.kill('SIGTERM'), 400)
  await says(/Stopping(.|\n)*\n +\d+ /)
  setTimeout(() => child.kill('SIGINT'), 800)
  expect((await finished).code).toBe(128 + constants.signals.SIGUSR1)
})

/** Runs a line of bash in which `pixelrow` is the built command. */
function bash(cwd: string, line: string) {
  const script = `set -o pipefail\npixelrow() { "$NODE" "$ENTRY" "$@"; }\n${line}\n`
  const env = { ...process.env, NODE: process.execPath, ENTRY: entry }
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { cwd, env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

test('a reader that has seen enough of the report ends the report and not the job', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  expect((await pixelrow(['train', 'train.csv', '-o', 'out', '--epochs', '1', '-q'], { cwd })).code).toBe(0)
  const names = Array.from({ length: 8 }, (_, index) => `part-${index}.csv`)
  for (const name of names) writeFileSync(join(cwd, name), readFileSync(join(cwd, 'test.csv')))
  const { status, stdout, stderr } = bash(cwd, "pixelrow predict out/model.onnx 'part-*.csv' -o answers/ -q | head -1")
  expect({ status, stderr, lines: stdout.split('\n').length }).toEqual({ status: 0, stderr: '', lines: 2 })
  expect(readdirSync(join(cwd, 'answers')).filter((name) => name.endsWith('.csv'))).toEqual(names)
})

test('a result that finds no room is one sentence and exit code 1; notes that find none cost nothing', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const full = {
    status: 1,
    stdout: '',
    stderr: 'Error: standard output cannot be written: the disk is full\nFix: write it to another place\n',
  }
  expect(bash(cwd, 'pixelrow --help > /dev/full')).toEqual(full)
  expect(bash(cwd, 'pixelrow data describe train.csv -q > /dev/full')).toEqual(full)
  expect(bash(cwd, 'pixelrow data convert train.csv -o - -q > /dev/full')).toEqual(full)
  // What the command makes is there all the same.
  expect(bash(cwd, 'pixelrow train train.csv -o out --epochs 1 -q > /dev/full')).toEqual(full)
  expect(readdirSync(join(cwd, 'out'))).toContain('run.json')
  expect(bash(cwd, 'pixelrow data describe train.csv 2> /dev/full')).toMatchObject({ status: 0 })
})
