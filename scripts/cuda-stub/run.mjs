// @ts-check
// `npm run cuda:stub [-- --wheel FILE]`: trains the recipes' nets on onnxruntime's real CUDA provider over a CUDA runtime without a card, and prints
// where its nodes were placed and what it asked of the card. Linux on x64, with Python 3, pip, a C compiler and binutils; the wheel is 247 MB, once.
import { spawnSync } from 'node:child_process'
import { closeSync, cpSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CommandFailed, environment, stage } from '../run.mjs'
import { build, install } from '../workspace.mjs'
import { openCounters } from './counters.mjs'
import { compileStubs, copyTraining, providersOf } from './make.mjs'
import { placements, problemsOf, tableOf } from './report.mjs'

const recipes = ['linear', 'mlp', 'fast', 'cnn', 'best']
/** They have neither convolutions nor pools. */
const withoutCudnn = ['linear', 'mlp']
const { values } = parseArgs({ options: { wheel: { type: 'string' } } })
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-cuda-stub-'))
try {
  await stage('Installing', (announce) => install('all', announce))
  await stage('Building', (announce) => build(undefined, announce))
  let provider = ''
  await stage('Fetching the CUDA provider', async (announce) => {
    announce()
    provider = await providersOf(values.wheel)
  })
  const stubs = await compileStubs(join(provider, 'libonnxruntime_providers_cuda.so'), join(folder, 'stubs'))
  copyTraining(folder, provider)
  for (const file of ['counters.mjs', 'nets.mjs', 'child.mjs']) {
    cpSync(join(import.meta.dirname, file), join(folder, file))
  }
  const found = []
  for (const recipe of recipes) found.push(measured(recipe, stubs))
  console.log(tableOf(found))
  rmSync(join(stubs, 'libcudnn.so.9'))
  for (const recipe of withoutCudnn) measured(recipe, stubs)
  console.log(`Without cuDNN: ${withoutCudnn.join(', ')} train, too.`)
  const problems = found.flatMap(problemsOf)
  for (const problem of problems) console.log(`✗ ${problem}`)
  process.exitCode = problems.length > 0 ? 1 : 0
} catch (error) {
  console.error(error instanceof CommandFailed ? `${error.message}\n${error.output}` : error)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Trains a recipe's net in a process of its own. @param {string} recipe @param {string} stubs @returns {import('./report.mjs').Measured} */
function measured(recipe, stubs) {
  const counters = join(folder, 'counters')
  openCounters(counters)
  const env = { ...environment(), LD_LIBRARY_PATH: stubs, PIXELROW_CUDA_STUB: counters }
  const command = [join(folder, 'child.mjs'), recipe, counters]
  // A pipe that is full for a moment would lose lines of the log: Node's pipes do not make native code wait.
  const file = openSync(join(folder, 'log'), 'w')
  const child = spawnSync(process.execPath, command, {
    cwd: folder,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', file],
  })
  closeSync(file)
  const log = readFileSync(join(folder, 'log'), 'utf8')
  if (child.status !== 0)
    throw new CommandFailed(`child.mjs ${recipe}`, child.status ?? child.signal ?? '', readable(log))
  return { recipe, placed: placements(log), ...JSON.parse(child.stdout) }
}

/** A log without what onnxruntime tells of every step that it takes. @param {string} log */
const readable = (log) =>
  log
    .split('\n')
    .filter((line) => !/ \[[VI]:/.test(line))
    .join('\n')
