import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { formats } from '../scripts/fuzz-formats.mjs'
import { root } from '../scripts/workspace.mjs'

const script = join(root, 'scripts/fuzz.mjs')

/** What the script prints, whether or not it found something. */
const fuzz = (...args: string[]): Promise<string> =>
  promisify(execFile)(process.execPath, [script, ...args]).then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }) => `${stdout}${stderr}`,
  )

// `npm run fuzz -- --minutes 10` is the whole. The second seed is another one in each run; what is printed on a failure has it.
test.each([
  ['that are always the same', ['--seed', '7', '--runs', '40']],
  ['that are new each time', ['--runs', '20']],
])(
  'files with lies in their structure, %s, are read right or refused, in bounds',
  { timeout: 300_000 },
  async (_, args) => {
    const lines = (await fuzz(...args)).trimEnd().split('\n')
    expect(lines.join('\n')).not.toMatch(/^✗/m)
    expect(lines.map((line) => /^✓ (\S+): \d+ files/.exec(line)?.[1])).toEqual(formats)
  },
)

test.each([
  ['an answer that is wrong', 'wrong', /^✗ broken: \d+ files, seed 3.*\nError: 1 is not 2/],
  ['an error that is none of ours', 'raw', /^✗ broken: .*\nTypeError: /],
  ['a sentence that nobody reads to its end', 'long', /^✗ broken: .*\nError: 400 characters: x+/],
  ['memory beyond the bound', 'memory', /^✗ broken: .*\nError: \d{8,} bytes of memory for a file of 1/],
  ['time beyond the bound', 'time', /^✗ broken: .*\nError: \d+ ms, more than 60/],
  ['a file elsewhere', 'elsewhere', /^✗ broken: .*\nError: Access to this API has been restricted/],
  ['text that becomes code', 'code', /^✗ broken: .*\nEvalError: /],
  ['the end of the process', 'exit', /^✗ broken: 0 files.*\n7:\nThe file is \S+\.bin$/m],
])('the fuzzer finds %s', { timeout: 300_000 }, async (_, fault, pattern) => {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [script, '--format', 'broken', '--seed', '3', '--runs', '2'],
    { env: { ...process.env, PIXELROW_FAULT: fault } },
  ).catch((error) => error)
  expect(`${stdout}${stderr}`).toMatch(pattern)
})
