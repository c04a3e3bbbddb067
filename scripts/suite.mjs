// @ts-check
// What `npm test` runs once Node is known to be new enough: install, build, every check and every test, then one total.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CommandFailed, clean, environment, run, stage } from './run.mjs'
import { checkTypes } from './types.mjs'
import { build, cache, install, root } from './workspace.mjs'

const { full, rest } = parseArgs({ options: { full: { type: 'boolean' }, rest: { type: 'boolean' } } }).values
const total = { passed: 0, failed: 0 }

/** One check that is no vitest test: a line when it ends, details when it fails. @param {string} name @param {() => Promise<unknown>} work */
async function check(name, work) {
  const begin = performance.now()
  try {
    await work()
    total.passed++
    console.log(`✓ ${name}  ${seconds(begin)}`)
  } catch (error) {
    total.failed++
    const details = error instanceof CommandFailed ? clean(error.output) || error.message : String(error)
    console.log(`✗ ${name}  ${seconds(begin)}\n${head(details).replace(/^/gm, '    ')}`)
  }
}

/** The first 25 lines: what comes after them mostly follows from them. @param {string} text */
function head(text) {
  const lines = text.split('\n')
  const more = lines.length - 25
  return more > 1 ? [...lines.slice(0, 25), `… and ${more} more lines`].join('\n') : text
}

/** @param {number} begin */
const seconds = (begin) => `${((performance.now() - begin) / 1000).toFixed(1)} s`

/** CI counts as a terminal with colours for some tools, and a pipe never is one. */
const colours = () => (process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' })

/** A tool of node_modules, by the script it starts with. @param {string} script @param {string[]} args */
const tool = (script, args) =>
  run('node', [join(root, 'node_modules', script), ...args], { cwd: root, env: { ...environment(), ...colours() } })

/** Runs vitest, its own report on the terminal, and adds what its JSON report counts. */
async function runTests() {
  const report = join(cache, 'vitest.json')
  mkdirSync(cache, { recursive: true })
  rmSync(report, { force: true })
  const projects = [...(rest ? [] : ['--project=suite']), ...(full ? ['--project=full'] : [])]
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  let crash
  try {
    const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...projects, ...reporters]
    await run('node', args, {
      cwd: root,
      env: { ...environment(), ...colours() },
      show: (text) => text.replace(/^JSON report written.*\n/gm, ''),
    })
  } catch (error) {
    crash = error
  }
  const before = total.failed
  if (existsSync(report)) countTests(JSON.parse(readFileSync(report, 'utf8')))
  if (crash && total.failed === before) {
    total.failed++
    console.log(`✗ vitest: ${crash}`)
  }
}

/** A file that fails outside its tests (a missing tool, an import) counts as one failed test. @param {any} report */
function countTests({ numPassedTests, numFailedTests, numPendingTests, testResults }) {
  /** @param {any} file */
  const failedOutside = ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((/** @type {any} */ test) => test.status === 'failed')
  total.passed += numPassedTests
  total.failed += numFailedTests + testResults.filter(failedOutside).length
  if (numPendingTests > 0) console.log(`${numPendingTests} tests did not run`)
}

try {
  await stage('Installing everything', (announce) => install('all', announce))
  await stage('Building everything', (announce) => build(undefined, announce))
  total.passed += rest ? 0 : 2
} catch (error) {
  if (!(error instanceof CommandFailed)) throw error
  total.failed++
}
if (existsSync(join(root, 'node_modules', 'vitest'))) {
  if (!rest) {
    await check('biome', () => tool('@biomejs/biome/bin/biome', ['check', '--reporter=summary']))
    await checkTypes(check)
  }
  if (full) await check('docs of every export', () => tool('../scripts/docs.mjs', []))
  await runTests()
}
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed > 0 ? 1 : 0
