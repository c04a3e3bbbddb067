import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../../scripts/workspace.mjs'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-start-'))
const clone = join(folder, 'clone')
const home = join(folder, 'home')
let first: ReturnType<typeof start>

beforeAll(() => {
  copyTrackedFiles()
  mkdirSync(home)
  first = start('--recipe', 'linear', '--seed', '1')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a fresh clone with an empty home ends with a checked submission of 28,000 rows', () => {
  expect(first.status, first.stderr).toBe(0)
  const [run = ''] = readdirSync(join(clone, 'runs'))
  const lines = readFileSync(join(clone, 'runs', run, 'submission.csv'), 'utf8')
    .trimEnd()
    .split('\n')
  expect(lines.length).toBe(28_001)
  expect(lines[0]).toBe('ImageId,Label')
  expect(lines.at(-1)).toMatch(/^28000,\d$/)
})

test('it says one line a stage, and no chatter of the tools', () => {
  const stages = first.stderr.split('\n').filter((line) => / … [\d.]+ s$/.test(line))
  expect(stages.map((line) => line.split(' … ')[0])).toEqual([expect.stringMatching(/^Installing/), 'Building'])
  expect(first.stderr + first.stdout).not.toMatch(/npm notice|pnpm|turbo/)
})

test('it installs no test tool, and nothing for pages', () => {
  const installed = [...readdirSync(join(clone, 'node_modules')), ...readdirSync(join(clone, 'node_modules/.pnpm'))]
  expect(installed.filter((name) => /^(vitest|playwright|onnxruntime-web|@sparticuz|@biomejs)/.test(name))).toEqual([])
  expect(installed).toEqual(expect.arrayContaining(['turbo', 'tsup', 'typescript']))
})

test('the second start has nothing to install or build, and passes flags and the exit code on', () => {
  const begin = performance.now()
  const version = start('--version')
  expect(performance.now() - begin).toBeLessThan(5000)
  expect({ status: version.status, stderr: version.stderr }).toEqual({ status: 0, stderr: '' })
  expect(start('--recipe', 'nonsense')).toMatchObject({ status: 2, stderr: expect.stringContaining('nonsense') })
})

test('npm run playground adds what the page is built from and nothing else, and npm start leaves it there', () => {
  const { status, stdout, stderr } = npm('run', 'playground', '--', '--out', 'site')
  expect(status, stderr).toBe(0)
  expect(stdout).toMatch(/^site\/index\.html: \d+ files, 1\d\.\d MB, for any folder of any server$/m)
  const assets = readdirSync(join(clone, 'site', 'assets'))
  expect(assets.filter((name) => name.endsWith('.wasm'))).toHaveLength(1)
  const installed = readdirSync(join(clone, 'node_modules/.pnpm'))
  expect(installed.filter((name) => /^(vitest|playwright|@sparticuz|@biomejs)/.test(name))).toEqual([])
  expect(installed.filter((name) => /^(vite|onnxruntime-web)@/.test(name))).toHaveLength(2)
  expect(start('--version')).toMatchObject({ status: 0, stderr: '' })
})

test('a Node that is too old is told so in one sentence', () => {
  const old = "data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.18.3' } })"
  for (const script of ['start', 'test', 'playground']) {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', old, `scripts/${script}.mjs`], {
      cwd: clone,
      encoding: 'utf8',
    })
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr.trimEnd()).toMatch(/^pixelrow needs Node 20\.19 or newer, and this is Node 20\.18\.3: .+\.$/)
  }
})

/** What a clone of this checkout would hold, with what is not committed yet; a git repository, as turbo's cache wants. */
function copyTrackedFiles() {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  for (const file of files.split('\0').filter((each) => each && existsSync(join(root, each)))) {
    mkdirSync(dirname(join(clone, file)), { recursive: true })
    cpSync(join(root, file), join(clone, file))
  }
  execFileSync('git', ['init', '--quiet'], { cwd: clone })
}

/** `npm start -- …` there. */
const start = (...args: string[]) => npm('start', '--', ...args)

/** npm there, with nothing of this process's npm in the environment and every cache empty at first. */
function npm(...args: string[]) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|pnpm_|xdg_|node_|ci$|vitest|init_cwd)/i.test(name),
  )
  const env = { ...Object.fromEntries(kept), HOME: home, USERPROFILE: home }
  const windows = process.platform === 'win32'
  return spawnSync('npm', args, {
    cwd: clone,
    env,
    encoding: 'utf8',
    shell: windows,
    timeout: 500_000,
  })
}
