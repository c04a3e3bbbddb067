// @ts-check
// `npm run dev`: at each change of a file, builds what it belongs to and what depends on that, then runs the tests that touch it. A change
// during the tests ends them, and all that has changed since the last green run is taken together.
import './node.mjs'

const { spawn } = await import('node:child_process')
const { watch } = await import('node:fs')
const { join } = await import('node:path')
const { planOf } = await import('./plan.mjs')
const { CommandFailed, environment, stage } = await import('./run.mjs')
const { build, install, root, turboBuild, workspaces } = await import('./workspace.mjs')

/** Milliseconds without another change after which work begins: an editor and git write several files at once. */
const SETTLED = 200

/** What changed since all that touches it was last green. @type {Set<string>} */
const changed = new Set()
/** @type {NodeJS.Timeout | undefined} */
let timer
let current = { abort: new AbortController(), done: Promise.resolve() }

/** Runs vitest and says whether it went well. @param {string[]} args @param {AbortSignal} signal @returns {Promise<boolean>} */
function vitest(args, signal) {
  return new Promise((resolve) => {
    const options = ['--project=suite', '--passWithNoTests', ...args]
    const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...options], {
      cwd: root,
      env: environment(),
      stdio: ['ignore', 'inherit', 'inherit'],
      signal,
    })
    child.on('error', () => resolve(false))
    child.on('close', (code) => resolve(code === 0))
  })
}

/** @param {import('./plan.mjs').Plan} plan @param {AbortSignal} signal */
async function runTests({ tests, related }, signal) {
  // What has run as a test of the package itself is not run again.
  const excluded = tests.map((path) => `--exclude=${path.endsWith('.ts') ? path : `${path}/**`}`)
  if (tests.length > 0 && !(await vitest(['run', ...tests], signal))) return false
  return related.length === 0 || vitest(['related', '--run', ...excluded, ...related], signal)
}

/** @param {AbortSignal} signal */
async function work(signal) {
  const files = [...changed]
  console.log(`\n${files.length === 1 ? files[0] : `${files.length} files`} changed`)
  const plan = planOf(files, workspaces())
  try {
    // `...name` is the package with all that depend on it.
    if (plan.build.length > 0)
      await stage('Building', (announce) => {
        announce()
        return turboBuild(plan.build.map((name) => `...${name}`))
      })
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error
    return say('The build failed')
  }
  if (signal.aborted) return
  const isGreen = await runTests(plan, signal)
  if (signal.aborted) return
  if (isGreen) for (const file of files) changed.delete(file)
  say(isGreen ? 'Green' : 'Red')
}

/** @param {string} text */
const say = (text) => console.log(`${text}; waiting for a change (Ctrl-C ends)`)

/** Ends the tests that run, lets a build end, and begins anew. */
function begin() {
  current.abort.abort()
  const abort = new AbortController()
  current = { abort, done: current.done.then(() => work(abort.signal)) }
}

const source = /\.(ts|mjs|wat|json|html|css|yaml)$/
/** What builds write: results, and their configuration for a moment. */
const written = /(^|\/)(node_modules|dist|\.turbo)\/|\.bundled_\w+\.mjs$|\.timestamp-/

/** @param {string} file */
function note(file) {
  if (!source.test(file) || written.test(file)) return
  changed.add(file)
  clearTimeout(timer)
  timer = setTimeout(begin, SETTLED)
}

await stage('Installing everything', (announce) => install('all', announce))
await stage('Building everything', (announce) => build(undefined, announce))
for (const folder of ['packages', 'apps', 'common', 'tests']) {
  watch(join(root, folder), { recursive: true }, (_, file) => {
    if (file) note(`${folder}/${file.replaceAll('\\', '/')}`)
  })
}
for (const file of ['tsup.base.ts', 'tsconfig.base.json', 'pnpm-lock.yaml']) watch(join(root, file), () => note(file))
say('Ready')
