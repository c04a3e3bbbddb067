// @ts-check
// `npm run cuda:wheel`: sets CUDA up for real beside a copy of onnxruntime-node, with what its own words advise, and sees how far a session comes: without
// a GPU to the driver's own error, and not less far. Needs Python's pip and a network; `-- --wheel FILE` takes the wheel from there.
import assert from 'node:assert/strict'
import { execSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { commitOf, providerOf, removeCuda, runtimeAt, setupCuda, shownTargets } from '../packages/devices/dist/index.js'

const { values } = parseArgs({ options: { wheel: { type: 'string' } } })

/** As far as a machine without a GPU comes: to the driver's library, or to what it says where no driver is behind it. */
const driversOwn = /^CUDA failure \d+: |\blibcuda\.so\.1\b/

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-cuda-wheel-'))
try {
  await main(copyOfRuntime(), join(folder, 'cache'))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** @param {string} runtime @param {string} cache */
async function main(runtime, cache) {
  const { version, folder: binaries, library } = runtimeAt(runtime)
  const before = readdirSync(binaries)
  const options = { runtime, cache, onProgress: tell }
  const first = await setupCuda({ ...options, ...(values.wheel !== undefined && { from: values.wheel }) })
  assert.deepEqual([first.version, first.commit, first.wasThere], [version, commitOf(library), false])
  say(`CUDA ${first.cuda}, commit ${first.commit}, code for ${shownTargets(first.targets)}`, first.reason)

  const provider = providerOf(runtimeAt(runtime), { cache })
  assert.ok(provider?.fits && provider.owner === 'pixelrow' && provider.cuda === Number.parseInt(first.cuda, 10))
  for (const file of first.placed) assert.equal(dirname(readlinkSync(file)), first.folder)

  const { everything } = first.install
  if (everything) {
    console.log(`\n${everything}`)
    execSync(everything, { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  const second = await setupCuda(options)
  assert.ok(second.wasThere && second.placed.length === 0 && !second.install.everything)
  for (const { library: name, path = 'not found' } of second.libraries) console.log(`${name.padEnd(20)}${path}`)
  say('With these', second.reason)
  assert.ok(
    second.works || driversOwn.test(second.reason ?? ''),
    `it ended before the driver's own error: ${second.reason}`,
  )

  await removeCuda({ runtime, cache })
  assert.deepEqual([readdirSync(binaries), existsSync(join(cache, 'cuda'))], [before, false])
  console.log('\nRemoved; nothing is left')
}

/** @param {string} what @param {string | undefined} reason */
function say(what, reason) {
  console.log(`${what}: a session on CUDA ${reason === undefined ? 'computes rightly' : `does not start: ${reason}`}`)
}

/** Steps, without how far each has come. @param {import('@pixelrow/devices').SetupProgress} progress */
function tell({ text, bytes }) {
  if (bytes === undefined) console.log(text)
}

/** A copy of onnxruntime-node, whose binaries for this machine may be added to. */
function copyOfRuntime() {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node')
  const { folder: binaries } = runtimeAt(entry)
  const [from, to] = [join(dirname(entry), '..'), join(folder, 'node_modules/onnxruntime-node')]
  const others = (/** @type {string} */ path) =>
    path.includes('napi-v') && !binaries.startsWith(path) && !path.startsWith(binaries)
  const isProvider = (/** @type {string} */ path) => path.includes('onnxruntime_providers_')
  cpSync(from, to, { recursive: true, filter: (path) => !others(path) && !isProvider(path) })
  symlinkSync(join(from, '../onnxruntime-common'), join(folder, 'node_modules/onnxruntime-common'))
  return join(to, 'dist/index.js')
}
