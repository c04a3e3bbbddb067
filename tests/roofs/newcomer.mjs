// @ts-check
// `npm run newcomer`: what somebody meets who has nothing of pixelrow yet, in empty folders, from a registry on this machine with the packed packages.
//   --only npx      `npx pixelrow run` on a line of 50 Mbit/s: seconds and bytes to the first answer, which must come within a minute
//   --only trace    `npm install pixelrow` with install scripts allowed connects to the registry and nowhere else (Linux, strace)
// Ends with 1 where one fails; --keep leaves the folders, --tarballs FOLDER takes packages that were packed before.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CommandFailed, run } from '../../scripts/run.mjs'
import { connectionsOf } from './connections.mjs'
import { newcomer, publish } from './pack.mjs'
import { startThrottle } from './throttle.mjs'

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    keep: { type: 'boolean' },
    tarballs: { type: 'string' },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-newcomer-'))

/** @typedef {import('./registry.mjs').Registry} Registry */
/** Each does its part in an empty folder, gives what it has found out, and throws where that is not as it should be. @type {Record<string, (registry: Registry, cwd: string) => Promise<string>>} */
const parts = { npx: firstAnswer, trace: traced }

let failed = 0
const registry = await publish(folder, values.tarballs)
try {
  for (const [name, part] of Object.entries(parts)) {
    if (!(values.only?.includes(name) ?? true)) continue
    const cwd = join(folder, name)
    mkdirSync(cwd)
    try {
      console.log(`✓ ${name}: ${await part(registry, cwd)}`)
    } catch (error) {
      failed++
      const { message } = /** @type {Error} */ (error)
      console.log(`✗ ${name}: ${message}\n${error instanceof CommandFailed ? error.output.slice(-3000) : ''}`)
    }
  }
} finally {
  await registry.close()
  if (values.keep) console.log(`The folders are in ${folder}`)
  else rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failed ? 1 : 0

/** @param {Registry} registry @param {string} cwd */
async function firstAnswer({ url }, cwd) {
  const line = await startThrottle(url, 50e6)
  try {
    const began = performance.now()
    const output = await run('npx', ['-y', 'pixelrow', 'run'], { cwd, env: newcomer(cwd, line.url) })
    const seconds = (performance.now() - began) / 1000
    if (!/^0\.9\d{3} .* on 28,000 digits/m.test(output)) throw new Error(`it printed ${output || 'nothing'}`)
    const megabytes = line.bytes() / 1e6
    const found = `first answer after ${seconds.toFixed(1)} s; ${megabytes.toFixed(1)} MB at 50 Mbit/s take ${(megabytes * 0.16).toFixed(1)} s of it`
    if (seconds > 60) throw new Error(`${found}: expected at most 60 s`)
    return found
  } finally {
    line.close()
  }
}

/** @param {Registry} registry @param {string} cwd */
async function traced({ url }, cwd) {
  writeFileSync(join(cwd, 'package.json'), '{ "private": true }')
  const [traces, home] = [join(cwd, 'traces'), join(folder, 'home')]
  mkdirSync(traces)
  mkdirSync(home)
  const env = { ...newcomer(home, url), npm_config_ignore_scripts: 'false' }
  const found = await connectionsOf(['npm', 'install', 'pixelrow'], { cwd, env, traces })
  const { port } = new URL(url)
  // The resolver tries a name's addresses without a byte; the registry listens at one of them.
  const others = found.filter((address) => !new RegExp(`^(127\\.0\\.0\\.1|\\[::1\\]):(${port}|0)$`).test(address))
  if (others.length > 0) throw new Error(`npm install pixelrow connects to ${others.join(', ')}`)
  if (!found.some((address) => address.endsWith(`:${port}`))) throw new Error('the trace has not even the registry')
  return `npm install pixelrow with scripts allowed connects to ${found.join(', ')}: the registry alone`
}
