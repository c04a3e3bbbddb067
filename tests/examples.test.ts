import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { pnpm, root, workspaces } from '../scripts/workspace.mjs'
import { importsOf } from './imports.ts'

const folder = join(root, 'examples')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** The short programs: what they are given after the seed to be quick, and the least accuracy they must end with. In tests/full they run as they are. */
const programs = [
  { file: 'linear_from_scratch.ts', options: ['10'], least: 0.885 },
  { file: 'linear.ts', options: ['20'], least: 0.914 },
  { file: 'learner.ts', options: ['10'], least: 0.911 },
  { file: 'mlp.ts', options: ['5'], least: 0.95 },
]

// Their own lockfile, from pnpm's store where it is filled.
beforeAll(() => pnpm(['install', '--frozen-lockfile', '--prefer-offline', '--reporter', 'append-only'], folder))

test('the examples type-check', () => {
  const compiler = join(folder, 'node_modules/typescript/bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [compiler, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(stdout).toBe('')
  expect(status).toBe(0)
})

test.each(programs)('$file is at most 30 lines and imports published names only', ({ file }) => {
  expect(read(`examples/${file}`).trimEnd().split('\n').length).toBeLessThanOrEqual(30)
  const published = workspaces().flatMap(({ name, manifest }) => (manifest.private ? [] : [name]))
  const others = importsOf(join(folder, file)).filter(({ specifier }) => !published.includes(specifier))
  expect(others.map(({ specifier }) => specifier)).toEqual([])
})

test.each(programs)(
  '$file prints the accuracy of its epochs, at the end $least or more',
  ({ file, options, least }) => {
    const { status, stdout, stderr } = tsx(file, '1', ...options)
    expect(status, stderr).toBe(0)
    const accuracies = [...stdout.matchAll(/\b0\.\d{4}\b/g)].map(Number)
    expect(accuracies.length).toBe(Number(options[0]))
    expect(accuracies.at(-1)).toBeGreaterThanOrEqual(least)
  },
)

test('check_in_pytorch.py is at most 30 lines', () => {
  expect(read('examples/check_in_pytorch.py').trimEnd().split('\n').length).toBeLessThanOrEqual(30)
})

test('the code of docs/tutorial.md is the code of examples/tutorial.ts', () => {
  const shown = [...read('docs/tutorial.md').matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code)
  expect(codeLines(shown.join(''))).toEqual(codeLines(read('examples/tutorial.ts')))
})

test('the text of docs/tutorial.md is the text of examples/tutorial.ts', () => {
  const shown = read('docs/tutorial.md').replaceAll(/^```(ts|text)\n.*?^```/gms, '')
  const written = read('examples/tutorial.ts').split('\n')
  const prose = written.flatMap((line) => (line.startsWith('//') ? [line.replace(/^\/\/ ?/, '')] : []))
  expect(shown.split('\n').filter((line) => line && !line.startsWith('<!--'))).toEqual(prose.filter(Boolean))
})

/** Lines of code, neither prose nor empty. */
function codeLines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() && !line.startsWith('//'))
}

function tsx(...args: string[]) {
  const command = join(folder, 'node_modules/tsx/dist/cli.mjs')
  return spawnSync(process.execPath, [command, ...args], { cwd: folder, encoding: 'utf8' })
}
