import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import runtime from '../scripts/runtime/platforms.cjs'
import { all, here } from '../scripts/runtime/repack.mjs'
import { pnpm, root, type Workspace, workspaces } from '../scripts/workspace.mjs'

/** A published package as its tarball, and the two empty projects that have nothing but it. */
export interface Packed {
  name: string
  tarball: string
  /** Paths inside the tarball. */
  files: string[]
  /** What can be imported: the name, and the name with each subpath. */
  entries: string[]
  /** Folders of an ESM and a CommonJS project. */
  projects: Record<'esm' | 'cjs', string>
}

export const published: Workspace[] = workspaces().filter(({ manifest }) => !manifest.private)

/**
 * Packs every published package and installs each tarball in projects of its own, in a folder outside the checkout,
 * where nothing resolves by accident. One pnpm install serves all projects, so large dependencies are unpacked once;
 * without hoisting each package sees what it declares and nothing else.
 */
export async function packAndInstall(): Promise<{ folder: string; packed: Packed[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'pixelrow-packed-'))
  const tarballs = await pack(folder)
  const packed = published.map(({ name, manifest }) => ({
    name,
    ...tarballs.get(name)!,
    entries: Object.keys(manifest.exports)
      .filter((path) => path !== './package.json')
      .map((path) => name + path.slice(1)),
    projects: { esm: join(folder, `esm-${fileName(name)}`), cjs: join(folder, `cjs-${fileName(name)}`) },
  }))
  for (const each of packed) writeProjects(each)
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), JSON.stringify(settings(tarballs), null, 2))
  await pnpm(['install', '--prefer-offline', '--ignore-scripts', '--no-frozen-lockfile'], folder)
  return { folder, packed }
}

/** Packs every published package into a folder; tarballs and what is inside, by name. */
export async function pack(folder: string): Promise<Map<string, { tarball: string; files: string[] }>> {
  const filters = published.flatMap(({ name }) => ['--filter', name])
  const output = await pnpm(['-r', ...filters, 'pack', '--pack-destination', folder, '--json'])
  const results: { name: string; filename: string; files: { path: string }[] }[] = JSON.parse(output)
  return new Map(
    results.map(({ name, filename, files }) => [name, { tarball: filename, files: files.map(({ path }) => path) }]),
  )
}

function writeProjects({ name, tarball, entries, projects }: Packed) {
  const dependencies = { [name]: `file:${tarball}` }
  for (const [kind, folder] of Object.entries(projects)) {
    mkdirSync(folder)
    const type = kind === 'esm' ? 'module' : 'commonjs'
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: `${kind}-${fileName(name)}`, private: true, type, dependencies }),
    )
    entries.forEach((entry, i) => {
      const load = kind === 'esm' ? `import * as entry from '${entry}'` : `import entry = require('${entry}')`
      writeFileSync(join(folder, `entry${i}.ts`), `${load}\nexport const names: string[] = Object.keys(entry)\n`)
    })
  }
}

/**
 * Packs onnxruntime for this platform, from what is installed. Of the other platforms' packages, which no registry has before they are published, an
 * install is told that they are not there.
 */
function runtimeFor(folder: string): Record<string, string> {
  const own = here && runtime.nameOf(here.platform)
  if (own) {
    const script = join(root, 'scripts/runtime/pack.mjs')
    execFileSync(process.execPath, [script, '--installed', '--platform', 'here', '--out', folder])
  }
  const tarball = `${own?.replace('@', '').replace('/', '-')}-${runtime.version}.tgz`
  return Object.fromEntries(
    all
      .map(({ platform }) => runtime.nameOf(platform))
      .map((name) => [name, name === own ? `file:${join(folder, tarball)}` : '-']),
  )
}

/**
 * pnpm's `overrides`: our packages come as tarballs, which lie in `folder`, and what these depend on at the versions of this checkout; onnxruntime comes as
 * this platform's package.
 */
export function overrides(tarballs: Map<string, { tarball: string }>): Record<string, string> {
  const pinned = published.flatMap(({ folder, name, manifest }) =>
    Object.keys(manifest.dependencies ?? {})
      .filter((dependency) => !tarballs.has(dependency))
      .map((dependency) => [`${name}>${dependency}`, installedVersion(folder, dependency)]),
  )
  const own = [...tarballs].map(([name, { tarball }]) => [name, `file:${tarball}`])
  const folder = dirname([...tarballs.values()][0]!.tarball)
  return { ...runtimeFor(folder), ...Object.fromEntries([...pinned, ...own]) }
}

/** pnpm's settings, as YAML's subset JSON. */
function settings(tarballs: Map<string, { tarball: string }>) {
  return {
    packages: ['*'],
    overrides: overrides(tarballs),
    hoist: false,
    autoInstallPeers: false,
    pmOnFail: 'ignore',
    networkConcurrency: 16,
  }
}

/** Read from the folder, because a package need not export its package.json. */
function installedVersion(folder: string, name: string): string {
  const manifest = join(root, folder, 'node_modules', name, 'package.json')
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}

const fileName = (name: string) => name.replace('@', '').replace('/', '-')

/** The path of a file of a tool that is installed at the root. */
export const toolFile = (file: string) => createRequire(join(root, 'package.json')).resolve(file)
