// @ts-check
// What `npm start` and `npm test` share: install through pnpm, build through turbo, and know when neither is needed.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environment, run } from './run.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const cache = join(root, 'node_modules', '.cache', 'pixelrow')

/** The package that `npm start` runs. */
export const command = 'pixelrow'

/** The page that `npm run playground` adds to it. */
export const page = '@pixelrow/playground'

const groups = ['packages', 'apps']

/** @typedef {{ folder: string, name: string, manifest: Record<string, any> }} Workspace */

/** Every package of the workspace, folders relative to the root. @returns {Workspace[]} */
export function workspaces() {
  return groups
    .flatMap((group) => readdirSync(join(root, group)).map((folder) => `${group}/${folder}`))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
      return { folder, name: manifest.name, manifest }
    })
}

/** The package `name` and all that it is built from inside the workspace. @param {string} name @returns {Workspace[]} */
function closure(name) {
  const all = new Map(workspaces().map((workspace) => [workspace.name, workspace]))
  const found = new Set([name])
  for (const each of found) {
    const { dependencies, devDependencies } = all.get(each)?.manifest ?? {}
    for (const dependency of Object.keys({ ...dependencies, ...devDependencies })) {
      if (all.has(dependency)) found.add(dependency)
    }
  }
  return [...all.values()].filter((workspace) => found.has(workspace.name))
}

/** pnpm at the version that package.json names, by way of npx, without asking. @param {string[]} args @param {string} [cwd] */
export function pnpm(args, cwd = root) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return run('npx', ['-y', packageManager, ...args], { cwd, env: { ...environment(), NO_COLOR: '1' } })
}

/** Has turbo build the packages that its filters name; all without any. @param {string[]} filters */
export function turboBuild(filters) {
  const quiet = ['--ui=stream', '--output-logs=errors-only', '--continue=dependencies-successful']
  return pnpm(['exec', 'turbo', 'run', 'build', ...filters.map((filter) => `--filter=${filter}`), ...quiet])
}

/** What can be installed; each takes in those before it. @typedef {'job' | 'page' | 'all'} Selection */

/** @type {Selection[]} */
const selections = ['job', 'page', 'all']

/**
 * Installs from the frozen lockfile: `job` is what the `pixelrow` command is built from and runs on, `page` adds what the playground's
 * page is built from, `all` the test tools and the other packages. Returns whether there was anything to do. `announce` is called first if so.
 * @param {Selection} what @param {() => void} announce
 */
export async function install(what, announce) {
  const inputs = [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    ...workspaces().map((w) => `${w.folder}/package.json`),
  ]
  const hash = digest([process.platform, process.arch, ...inputs.map((file) => readFileSync(join(root, file)))])
  const last = readStamp('install')
  const present = existsSync(join(root, 'node_modules', '.modules.yaml'))
  const rank = (/** @type {any} */ name) => selections.indexOf(name)
  if (present && last?.hash === hash && rank(last.what) >= rank(what)) return false

  announce()
  // A smaller install over a larger one would take away again what that had.
  const chosen = hasTestTools() ? 'all' : rank(last?.what) > rank(what) ? 'page' : what
  const packages = ['.', `${command}...`, ...(chosen === 'page' ? [`${page}...`] : [])]
  const selection = chosen === 'all' ? [] : ['--prod', ...packages.flatMap((name) => ['--filter', name])]
  removeStamp('install')
  await pnpm(['install', '--frozen-lockfile', '--reporter', 'append-only', ...selection])
  writeStamp('install', { hash, what: chosen })
  return true
}

/**
 * Builds one package with what it depends on, or everything. Returns whether there was anything to do.
 * @param {string | undefined} name @param {() => void} announce
 */
export async function build(name, announce) {
  const selected = name ? closure(name) : workspaces()
  const stamp = `build-${name?.replace('@pixelrow/', '') ?? 'all'}`
  if (readStamp(stamp)?.hash === buildDigest(selected)) return false

  announce()
  await turboBuild(name ? [name] : [])
  writeStamp(stamp, { hash: buildDigest(selected) })
  if (!name) writeStamp(`build-${command}`, { hash: buildDigest(closure(command)) })
  return true
}

/** Content of every source and every built file, so a hand-made or deleted dist is noticed. @param {Workspace[]} selected */
function buildDigest(selected) {
  const shared = ['package.json', 'pnpm-lock.yaml', 'turbo.json', 'tsconfig.base.json', 'tsup.base.ts']
  // What a starter is made of is built into the package that writes it.
  const starters = selected.some(({ folder }) => folder === 'packages/create') ? ['integrations'] : []
  const files = [...shared, ...['common', ...starters, ...selected.map(({ folder }) => folder)].flatMap(filesUnder)]
  return digest(files.flatMap((file) => [file, readFileSync(join(root, file))]))
}

/** @param {string} folder @returns {string[]} */
function filesUnder(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !['node_modules', 'test', '.turbo', 'runs'].includes(entry.name))
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]))
}

function hasTestTools() {
  try {
    return (
      JSON.parse(readFileSync(join(root, 'node_modules', '.modules.yaml'), 'utf8')).included.devDependencies === true
    )
  } catch {
    return false
  }
}

/** @param {(string | Buffer)[]} parts */
function digest(parts) {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length} `).update(part)
  return hash.digest('hex')
}

/** @param {string} name @returns {Record<string, string> | undefined} */
function readStamp(name) {
  try {
    return JSON.parse(readFileSync(join(cache, `${name}.json`), 'utf8'))
  } catch {
    return undefined
  }
}

/** @param {string} name @param {Record<string, string>} stamp */
function writeStamp(name, stamp) {
  mkdirSync(cache, { recursive: true })
  writeFileSync(join(cache, `${name}.json`), JSON.stringify(stamp))
}

/** @param {string} name */
function removeStamp(name) {
  rmSync(join(cache, `${name}.json`), { force: true })
}
