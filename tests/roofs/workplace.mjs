// @ts-check
// Where roofs are tried: the packages as they are published, a registry on this machine that serves them, and a folder for each roof.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../../scripts/run.mjs'
import { pack } from './pack.mjs'
import { startRegistry } from './registry.mjs'
import { ours, roofs } from './roofs.mjs'

/** @typedef {import('./roofs.mjs').Roof} Roof */
/**
 * @typedef {object} Workplace
 * @property {string} folder
 * @property {(roof: Roof) => Promise<string>} attempt Has a roof's own tool install the packages and run them; gives what the last command printed, and throws where
 * one of them fails or prints something else.
 * @property {(options?: { keep?: boolean }) => Promise<void>} close
 */

const sources = fileURLToPath(new URL('.', import.meta.url))

/** Packs the packages and starts the registry. @returns {Promise<Workplace>} */
export async function openWorkplace() {
  const folder = mkdtempSync(join(tmpdir(), 'pixelrow-roofs-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const tarballs = join(folder, 'tarballs')
    mkdirSync(tarballs)
    await pack(tarballs, used())
    const registry = await startRegistry(tarballs, (await run('npm', ['config', 'get', 'registry'])).trim())
    return {
      folder,
      attempt: (roof) => attempt(folder, roof, registry.url),
      async close({ keep = false } = {}) {
        await registry.close()
        if (!keep) remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}

/** What the roofs install, with what that depends on, as pnpm filters it. */
function used() {
  const names = new Set([...ours, ...roofs.flatMap(({ with: others = [] }) => others)])
  return [...names].filter((name) => name.startsWith('@pixelrow/')).flatMap((name) => ['--filter-prod', `${name}...`])
}

/** @param {string} folder @param {Roof} roof @param {string} url */
async function attempt(folder, roof, url) {
  const cwd = mkdtempSync(join(folder, `${roof.name.replaceAll(/\W+/g, '-')}-`))
  prepare(cwd, roof, url)
  const env = environmentFor(cwd, url)
  const [installer = '', ...words] = roof.install
  await run(installer, words, { cwd, env })
  const { prints = /^64 of 64$/m } = roof
  let output = ''
  for (const [at, [command = '', ...rest]] of roof.runs.entries()) {
    output = await run(command, rest, { cwd, env })
    const counts = rest.includes('run') || at === roof.runs.length - 1
    if (counts && !prints.test(output))
      throw new Error(`${[command, ...rest].join(' ')} printed ${output || 'nothing'}`)
  }
  return output
}

/** @param {string} cwd @param {Roof} roof @param {string} url */
function prepare(cwd, { with: others = [], files = {} }, url) {
  const split = (/** @type {string} */ text) =>
    /** @type {[string, string]} */ ([text.replace(/(?<=.)@[^@]*$/, ''), /(?<=.)@([^@]*)$/.exec(text)?.[1] ?? '*'])
  const dependencies = Object.fromEntries([...ours.map((name) => [name, '*']), ...others.map(split)])
  writeFileSync(
    join(cwd, 'package.json'),
    JSON.stringify({ name: 'app', version: '1.0.0', private: true, dependencies }),
  )
  for (const file of ['job.cjs', 'app.cjs', 'app.mjs']) cpSync(join(sources, file), join(cwd, file))
  writeFileSync(join(cwd, '.npmrc'), `registry=${url}\n`)
  const yarnrc = `npmRegistryServer: "${url}"\nunsafeHttpWhitelist: ["localhost"]\nenableGlobalCache: false\nenableImmutableInstalls: false\n`
  writeFileSync(join(cwd, '.yarnrc.yml'), yarnrc + (files['.yarnrc.yml'] ?? ''))
  for (const [name, text] of Object.entries(files)) if (name !== '.yarnrc.yml') writeFileSync(join(cwd, name), text)
}

/** Caches of its own for installers that would take for known what another registry at this address had. @param {string} cwd @param {string} url */
function environmentFor(cwd, url) {
  const caches = {
    YARN_GLOBAL_FOLDER: join(cwd, '.caches/yarn'),
    YARN_CACHE_FOLDER: join(cwd, '.caches/yarn'),
    BUN_INSTALL_CACHE_DIR: join(cwd, '.caches/bun'),
    DENO_DIR: join(cwd, '.caches/deno'),
    PIXELROW_CACHE: join(cwd, '.caches/pixelrow'),
  }
  return { ...process.env, ...caches, npm_config_registry: url, NO_COLOR: '1', CI: 'true' }
}
