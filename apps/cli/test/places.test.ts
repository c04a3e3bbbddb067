import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toOnnx } from '@pixelrow/export'
import { initialize, linear } from '@pixelrow/model'
import { describe, expect, test } from 'vitest'
import { entry, fakeTable, workFolder } from './helpers.ts'

// Places where nothing can be written, and machines with little of everything: one sentence, or it works; never a call that does not come back.

/** Nothing of a call takes so long; one that spins hears no signal but SIGKILL. */
const limits = { timeout: 100_000, killSignal: 'SIGKILL' } as const

function setUp(): string {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'train.csv'), fakeTable({ rows: 60, classes: ['a', 'b'] }).labelled)
  const shape = { height: 8, width: 8, channels: 1, channelOrder: 'interleaved' } as const
  const classes = ['a', 'b']
  const architecture = linear({ shape, maxValue: 16, classes })
  const weights = initialize(architecture, (_, index) => (index * 0.618) % 1)
  writeFileSync(join(cwd, 'm.onnx'), toOnnx({ architecture, weights, classes }))
  return cwd
}

/** Runs a call in a shell, behind a limit. */
function called(cwd: string, words: string[], { limit = ':', env = {} }: { limit?: string; env?: object } = {}) {
  const script = `${limit} && exec "$0" "$@"`
  const { HOME, ...inherited } = process.env
  const given = { ...inherited, HOME: HOME ?? cwd, ...env }
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, process.execPath, entry, ...words], {
    ...{ cwd, env: given, encoding: 'utf8' as const },
    ...limits,
  })
  return { status, stdout, stderr }
}

/** One sentence and what helps, and no stack. */
const oneSentence = /^(?:(?!Error:).*\n)*Error: [^\n]+\n(Fix: [^\n]+\n)?$/

const writing: [name: string, words: string[]][] = [
  ['data convert', ['data', 'convert', 'train.csv', '-o']],
  ['export', ['export', 'm.onnx', '-o']],
  ['merge', ['merge', 'm.onnx', 'm.onnx', '-o']],
  ['playground', ['playground', '-o']],
]

describe.runIf(existsSync('/proc/self'))('a place that cannot be', () => {
  test.each(writing)(
    '%s says so',
    (_, words) => {
      const cwd = setUp()
      writeFileSync(join(cwd, 'file'), '')
      for (const place of ['/proc/self/x/y.csv', '/proc/1/x/y.csv', 'file/x/y.csv']) {
        const { status, stdout, stderr } = called(cwd, [...words, place])
        expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
        expect(stderr).toMatch(oneSentence)
      }
    },
    300_000,
  )

  test('as the home or the cache: of what needs it alone', () => {
    const cwd = setUp()
    for (const env of [
      { HOME: '/proc/1/x', XDG_CACHE_HOME: '' },
      { XDG_CACHE_HOME: '/proc/self/x' },
      { PIXELROW_CACHE: join(cwd, 'm.onnx') },
    ]) {
      const run = called(cwd, ['run', '--recipe', 'linear', '--epochs', '1'], { env })
      expect(run.status).toBe(1)
      expect(run.stderr).toMatch(
        /\nError: The embedded digits .* cannot be written to .*\nFix: set PIXELROW_CACHE to a folder/,
      )
      expect(called(cwd, ['eval', 'm.onnx', 'train.csv', '-q'], { env })).toMatchObject({ status: 0, stderr: '' })
      expect(called(cwd, ['setup', 'tfjs', '--remove'], { env }).stderr).not.toMatch(/^ +at /m)
    }
  }, 300_000)
})

test.runIf(process.platform === 'linux')(
  'few open files, and little room for addresses, are enough',
  () => {
    const cwd = setUp()
    const words = ['data', 'convert', 'train.csv', '-o']
    const plain = called(cwd, [...words, '-', '-q'])
    expect(plain.status).toBe(0)
    const few = called(cwd, [...words, '-', '-q'], { limit: 'ulimit -n 32' })
    expect(few).toEqual(plain)
    expect(called(cwd, [...words, 'few.csv', '-q'], { limit: 'ulimit -n 32' }).status).toBe(0)
    // WebAssembly gets no memory there, and the rows are read without it.
    expect(called(cwd, [...words, '-', '-q'], { limit: 'ulimit -v 1500000' })).toEqual(plain)
  },
  300_000,
)
