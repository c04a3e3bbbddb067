// @ts-check
// `npm run fuzz`: gives files with lies in their structure to everything that reads files. Each must be read right, or be refused by an error of
// ours, within a bound of time and one of memory, and nothing may be written elsewhere, nor text be compiled to code.
//   --minutes N   for each format, default 2
//   --runs N      so many files of each format in place of a time
//   --seed N      default: another one each time, which is printed
//   --format X    only this one, again for more
import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { formats } from './fuzz-formats.mjs'
import { cache, root, workspaces } from './workspace.mjs'

/** @typedef {{ runs: number, milliseconds: number, bytes: number, failure?: { path?: string, error: string, example?: string } }} Finding */

/** Milliseconds after which a file that is still being read is one that never ends. */
const hang = 60_000

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    runs: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    format: { type: 'string', multiple: true },
  },
})

/** The build of every package by its published name, as who imports it gets it; `/browser` is what pages get. @returns {import('esbuild').Plugin} */
function published() {
  /** @type {Map<string, string>} */
  const files = new Map()
  for (const { name, folder, manifest } of workspaces()) {
    for (const [path, conditions] of Object.entries(manifest.exports ?? {})) {
      const place = path === '.' ? name : `${name}/${path.slice(2)}`
      if (conditions.import) files.set(place, join(root, folder, conditions.import.default))
      if (conditions.browser) files.set(`${place}/browser`, join(root, folder, conditions.browser.default))
    }
  }
  const require = createRequire(join(root, 'packages/pixels/package.json'))
  return {
    name: 'published',
    setup({ onResolve }) {
      onResolve({ filter: /^@pixelrow\// }, ({ path }) => {
        const file = files.get(path)
        return file ? { path: pathToFileURL(file).href, external: true } : undefined
      })
      onResolve({ filter: /^sharp$/ }, () => ({ path: pathToFileURL(require.resolve('sharp')).href, external: true }))
      onResolve({ filter: /^fast-check$/ }, ({ path }) => ({ path, external: true }))
    },
  }
}

/** Builds what runs in the children. @param {string} outdir */
async function bundle(outdir) {
  const entryPoints = [join(root, 'tests/fuzz/child.ts')]
  const form = /** @type {const} */ ({
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  })
  await build({ entryPoints, outdir, ...form, outExtension: { '.js': '.mjs' }, plugins: [published()] })
}

/** What keeps a child from running text as code and from writing elsewhere; the name of the second depends on Node's age. @param {string} folder */
function confinement(folder) {
  const known = process.allowedNodeEnvironmentFlags
  const permission = ['--permission', '--experimental-permission'].find((flag) => known.has(flag))
  const more = ['--allow-addons', '--allow-worker'].filter((flag) => known.has(flag))
  const writing = [`--allow-fs-write=${folder}/*`, '--allow-fs-write=/proc/self/clear_refs']
  const confined = permission ? [permission, '--allow-fs-read=*', ...writing, ...more] : []
  return ['--disallow-code-generation-from-strings', '--no-warnings', ...confined]
}

/** Runs one format's files. @param {string} child @param {string} format @returns {Promise<Finding>} */
function run(child, format) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pixelrow-fuzz-')))
  const [runs, seconds] = values.runs ? [values.runs, '0'] : ['2000000000', String(60 * Number(values.minutes))]
  const flags = ['--expose-gc', '--max-old-space-size=256', ...confinement(folder)]
  const started = spawn(process.execPath, [...flags, child, format, values.seed, runs, seconds, folder], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [output, complaint, isHung] = ['', '', false]
  started.stdout.setEncoding('utf8').on('data', (text) => (output += text))
  started.stderr.setEncoding('utf8').on('data', (text) => (complaint += text))
  const current = join(folder, 'current')
  const watch = setInterval(() => {
    if (!existsSync(current) || Date.now() - statSync(current).mtimeMs < hang) return
    isHung = true
    started.kill('SIGKILL')
  }, 1000)
  return new Promise((resolve) => {
    started.on('close', (code, signal) => {
      clearInterval(watch)
      resolve(
        code === 0
          ? JSON.parse(output)
          : crashed(
              format,
              isHung ? `no end after ${hang} ms` : `${code ?? signal}: ${complaint.slice(-2000)}`,
              current,
            ),
      )
      rmSync(folder, { recursive: true, force: true })
    })
  })
}

/** @param {string} format @param {string} error @param {string} current @returns {Finding} */
function crashed(format, error, current) {
  const kept = join(tmpdir(), `pixelrow-fuzz-${format}-${values.seed}.bin`)
  const isReading = existsSync(current)
  if (isReading) copyFileSync(current, kept)
  return {
    runs: 0,
    milliseconds: 0,
    bytes: 0,
    failure: { error: `${error.trimEnd()}${isReading ? `\nThe file is ${kept}` : ''}` },
  }
}

const built = join(cache, `fuzz-${process.pid}`)
const child = join(built, 'child.mjs')
const names = values.format ?? formats
await bundle(built)
try {
  for (const format of names) {
    const { runs, milliseconds, bytes, failure } = await run(child, format)
    const most = `at most ${Math.round(milliseconds)} ms and ${(bytes / 1e6).toFixed(0)} MB a file`
    console.log(`${failure ? '✗' : '✓'} ${format}: ${runs} files, seed ${values.seed}; ${most}`)
    if (!failure) continue
    process.exitCode = 1
    console.log(
      `${failure.error}\n${failure.example ?? ''}\nAgain: npm run fuzz -- --format ${format} --seed ${values.seed} --runs ${runs || 100_000}`,
    )
  }
} finally {
  rmSync(built, { recursive: true, force: true })
}
