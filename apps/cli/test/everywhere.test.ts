import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toOnnx } from '@pixelrow/export'
import { initialize, linear } from '@pixelrow/model'
import { describe, expect, test } from 'vitest'
import { leaves } from '../src/line/find.ts'
import { entry, type Finished, interrupted } from './helpers.ts'
import { kaggleSetting, type Setting, token } from './kaggle-helpers.ts'

// What holds for every command, also for one that is new: it is in the list, and so it must be here.

const quick = ['--recipe', 'linear', '--epochs', '1', '--threads', '1']
const long = ['--recipe', 'mlp', '--epochs', '60', '--threads', '1']

/** A call of each command that comes to a good end, whatever number of times. */
const calls: Record<string, string[]> = {
  run: ['--data', 'data', ...quick, '-o', 'r'],
  train: ['data/train.csv', ...quick, '-o', 't'],
  resume: ['cut'],
  merge: ['m.onnx', 'm.onnx', '-o', 'merged.onnx'],
  profile: ['--data', 'data', '--recipe', 'linear', '--threads', '1'],
  predict: ['m.onnx', 'data/test.csv', '-o', 'answers.csv'],
  eval: ['m.onnx', 'data/train.csv'],
  'check-submission': ['data/sample_submission.csv', '--test', 'data/test.csv'],
  login: [],
  logout: [],
  download: ['-o', 'downloaded', '--overwrite'],
  submit: ['s.csv', '--yes'],
  submissions: [],
  export: ['m.onnx', '-o', 'exported.onnx', '--optimize'],
  inspect: ['m.onnx'],
  playground: ['-o', 'site'],
  doctor: [],
  'data check': ['data/train.csv', '--fewest', '0'],
  'data convert': ['data/train.csv', '-o', 'converted.idx'],
  'data describe': ['data/train.csv'],
  'data head': ['data/train.csv'],
  'data split': ['data/train.csv', '-o', 'parts'],
  'setup cuda': ['--remove'],
  'setup tfjs': ['--remove'],
}

const everyCommand = leaves.map(({ name }) => name)

test('every command has a call here', () => {
  expect(Object.keys(calls).sort()).toEqual([...everyCommand].sort())
})

/** A folder in which each of the calls has what it needs, and a stand-in for Kaggle. */
async function surroundings(name: string): Promise<Setting> {
  const setting = await kaggleSetting()
  const { cwd, home, right } = setting
  cpSync(join(home, 'kaggle-files'), join(cwd, 'data'), { recursive: true })
  const shape = { height: 8, width: 8, channels: 1, channelOrder: 'interleaved' } as const
  const classes = ['0', '1', '2']
  const architecture = linear({ shape, maxValue: 16, classes })
  const weights = initialize(architecture, (_, index) => (index * 0.618) % 1)
  writeFileSync(join(cwd, 'm.onnx'), toOnnx({ architecture, weights, classes }))
  writeFileSync(join(cwd, 's.csv'), right)
  writeFileSync(join(cwd, 'token'), token)
  if (name === 'resume') await interrupted(['train', 'data/train.csv', ...long, '-o', 'cut'], cwd, '^ +1 ')
  // With none there is nothing to tell.
  if (name === 'submissions') await setting.pixelrow(['submit', 's.csv', '--yes', '--wait', '0'])
  return setting
}

/** Runs a line of bash in which `pixelrow` is the built command. */
async function bash({ cwd, env }: Setting, line: string): Promise<Finished> {
  const script = `set -o pipefail\npixelrow() { "$NODE" "$ENTRY" "$@"; }\n${line}\n`
  const { FORCE_COLOR: _, NO_COLOR: __, ...inherited } = process.env
  const own = { NODE: process.execPath, ENTRY: entry, PIXELROW_CACHE: join(cwd, 'cache') }
  const child = spawn('bash', ['-c', script], { cwd, env: { ...inherited, ...env, ...own } })
  child.stdin.end()
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text) => (said[name] += text))
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, ...said })))
}

const quoted = (words: readonly string[]) => words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')

describe.runIf(existsSync('/dev/full'))('a full disk behind standard output', () => {
  test.each(everyCommand)(
    '%s says so in one sentence and fails; notes and results that nobody takes cost nothing',
    async (name) => {
      const line = `pixelrow ${quoted([...name.split(' '), ...calls[name]!])} < token`
      const setting = await surroundings(name)
      const full = await bash(setting, `${line} -q > /dev/full`)
      expect({ code: full.code, stderr: full.stderr }).toEqual({
        code: 1,
        stderr: 'Error: standard output cannot be written: the disk is full\nFix: write it to another place\n',
      })
      const other = name === 'resume' ? await surroundings(name) : setting
      // A reader that has gone before anything was said is no loss either.
      const gone = await bash(other, `${line} --json 2> /dev/full | true`)
      expect(gone).toMatchObject({ code: 0, stderr: '' })
    },
    120_000,
  )

  test('help and a misuse of each command', async () => {
    const setting = await surroundings('')
    for (const name of everyCommand) {
      expect(await bash(setting, `pixelrow ${name} --help > /dev/full`), name).toMatchObject({ code: 1, stdout: '' })
      expect(await bash(setting, `pixelrow ${name} --nonsense > /dev/full 2>&1`), name).toMatchObject({ code: 2 })
    }
  }, 240_000)
})

const codes = '\u001b]0;PWNED\u0007\u009b31m\u202e\u200b'
/** A name that needs every kind of quoting. */
const name = `it's ${codes}\\ "x".csv`
/** What no output may hold; line ends are its own. */
const raw = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069\u200b\ufeff]/u

/** Flags that stand in for arguments where a command has none. */
const named: Record<string, string[]> = {
  run: ['--data', name],
  profile: ['--data', name],
  download: ['--only', name],
  playground: ['--model', name],
  submissions: ['--competition', name],
  'setup cuda': ['--from', name],
  'setup tfjs': ['--from', name],
}

test.each(leaves)(
  '$name shows what cannot be seen in a name, and its fix is for the name itself',
  async (leaf) => {
    const setting = await surroundings('')
    const words = [
      ...leaf.name.split(' '),
      ...(named[leaf.name] ?? (leaf.arguments.length ? leaf.arguments : [0]).map(() => name)),
    ]
    for (const more of [[], ['--json']]) {
      const { code, stdout, stderr } = await bash(setting, `pixelrow ${quoted([...words, ...more])} < token`)
      expect(code).toBeGreaterThan(0)
      expect(code).toBeLessThan(3)
      expect(stdout).not.toMatch(raw)
      expect(stderr).not.toMatch(raw)
      expect(stderr).not.toMatch(/^ +at /m)
      const fixes = stderr.split('\n').filter((line) => /^(Fix|Try): /.test(line))
      for (const fix of fixes) {
        expect(fix).not.toContain('\\u001b')
        for (const [word] of fix.matchAll(/\$'(?:[^'\\]|\\.)*'/g))
          expect(spawnSync('bash', ['-c', `printf %s ${word}`], { encoding: 'utf8' }).stdout).toBe(name)
      }
    }
  },
  120_000,
)
