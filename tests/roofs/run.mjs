// @ts-check
// `npm run roofs`: packs the packages as they are published, serves them by a registry on this machine, and under every roof has its own tool install and
// run them. `-- --only NAME` takes the roofs whose name holds a text, `--keep` leaves their folders. Ends with 1 where one fails.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CommandFailed, run } from '../../scripts/run.mjs'
import { pnpm, root, workspaces } from '../../scripts/workspace.mjs'
import { startRegistry } from './registry.mjs'
import { ours, roofs } from './roofs.mjs'

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, keep: { type: 'boolean' } } })
const here = fileURLToPath(new URL('.', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-roofs-'))
const tarballs = join(folder, 'tarballs')
const wanted = roofs.filter(({ name }) => values.only?.some((text) => name.includes(text)) ?? true)
let failed = 0

try {
  await pack()
  const registry = await startRegistry(tarballs, (await run('npm', ['config', 'get', 'registry'])).trim())
  for (const roof of wanted) await attempt(roof, registry)
  await registry.close()
} finally {
  if (values.keep) console.log(`The projects are in ${folder}`)
  else rmSync(folder, { recursive: true, force: true })
}
console.log(`${wanted.length - failed} of ${wanted.length} roofs`)
process.exitCode = failed ? 1 : 0

async function pack() {
  mkdirSync(tarballs)
  const filters = workspaces()
    .filter(({ manifest }) => !manifest.private)
    .flatMap(({ name }) => ['--filter', name])
  await pnpm(['-r', ...filters, 'pack', '--pack-destination', tarballs])
  const script = join(root, 'scripts/runtime/pack.mjs')
  await run(process.execPath, [script, '--installed', '--platform', 'here', '--out', tarballs])
}

/** @param {import('./roofs.mjs').Roof} roof @param {import('./registry.mjs').Registry} registry */
async function attempt(roof, { url }) {
  const cwd = mkdtempSync(join(folder, `${roof.name.replaceAll(/\W+/g, '-')}-`))
  prepare(cwd, roof, url)
  const env = environmentFor(cwd, url)
  const started = performance.now()
  try {
    await run(roof.install[0] ?? '', roof.install.slice(1), { cwd, env })
    let output = ''
    for (const [command = '', ...words] of roof.runs) {
      output = await run(command, words, { cwd, env })
      const isOf = roof.prints ?? /^64 of 64$/m
      if (!roof.prints && command === 'node' && words.includes('run') && !isOf.test(output))
        throw new Error(`it printed ${output}`)
    }
    if (!(roof.prints ?? /^64 of 64$/m).test(output)) throw new Error(`it printed ${output}`)
    console.log(`✓ ${roof.name}  ${((performance.now() - started) / 1000).toFixed(0)} s`)
  } catch (error) {
    failed++
    const { message } = /** @type {Error} */ (error)
    console.log(`✗ ${roof.name}\n${message}\n${error instanceof CommandFailed ? error.output.slice(-3000) : ''}`)
  }
}

/** @param {string} cwd @param {import('./roofs.mjs').Roof} roof @param {string} url */
function prepare(cwd, { with: others = [], files = {} }, url) {
  const split = (/** @type {string} */ text) =>
    /** @type {[string, string]} */ ([text.replace(/(?<=.)@[^@]*$/, ''), /(?<=.)@([^@]*)$/.exec(text)?.[1] ?? '*'])
  const dependencies = Object.fromEntries([...ours.map((name) => [name, '*']), ...others.map(split)])
  writeFileSync(
    join(cwd, 'package.json'),
    JSON.stringify({ name: 'app', version: '1.0.0', private: true, dependencies }),
  )
  for (const file of ['job.cjs', 'app.cjs', 'app.mjs']) cpSync(join(here, file), join(cwd, file))
  writeFileSync(join(cwd, '.npmrc'), `registry=${url}\n`)
  const yarnrc = `npmRegistryServer: "${url}"\nunsafeHttpWhitelist: ["localhost"]\nenableGlobalCache: false\nenableImmutableInstalls: false\n`
  writeFileSync(join(cwd, '.yarnrc.yml'), yarnrc + (files['.yarnrc.yml'] ?? ''))
  for (const [name, text] of Object.entries(files)) if (name !== '.yarnrc.yml') writeFileSync(join(cwd, name), text)
}

/** Homes and caches of its own, so that an install is a first one. @param {string} cwd @param {string} url */
function environmentFor(cwd, url) {
  return { ...process.env, npm_config_registry: url, NO_COLOR: '1', CI: 'true', PIXELROW_CACHE: join(cwd, '.cache') }
}
