// @ts-check
// The packages as they are published, and a registry on this machine that has them.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { environment, run } from '../../scripts/run.mjs'
import { all, here, installed, manifestFor } from '../../scripts/runtime/repack.mjs'
import { pnpm, root, workspaces } from '../../scripts/workspace.mjs'
import { startRegistry } from './registry.mjs'

/** All that is published, as pnpm filters it. */
const published = () =>
  workspaces()
    .filter(({ manifest }) => !manifest.private)
    .flatMap(({ name }) => ['--filter', name])

/** Packs packages, and onnxruntime for every platform, into a folder. @param {string} tarballs @param {readonly string[]} [filters] */
export async function pack(tarballs, filters = published()) {
  await pnpm(['-r', ...filters, 'pack', '--pack-destination', tarballs])
  const script = join(root, 'scripts/runtime/pack.mjs')
  await run(process.execPath, [script, '--installed', '--platform', 'here', '--out', tarballs])
  // Installers read the other platforms' manifests, and Yarn fetches their tarballs too; nobody runs what is in them.
  for (const platform of all.filter((each) => each !== here)) {
    const shell = join(tarballs, 'package')
    mkdirSync(shell)
    writeFileSync(join(shell, 'package.json'), JSON.stringify(manifestFor(platform, installed())))
    await run('tar', ['-czf', join(tarballs, `${platform.platform}.tgz`), '-C', tarballs, 'package'])
    rmSync(shell, { recursive: true })
  }
}

/** Packs into `folder`, and serves what was packed; or serves `tarballs`, which were packed before. @param {string} folder @param {string} [tarballs] */
export async function publish(folder, tarballs) {
  if (tarballs === undefined) {
    tarballs = join(folder, 'tarballs')
    mkdirSync(tarballs)
    await pack(tarballs)
  }
  return startRegistry(tarballs, (await run('npm', ['config', 'get', 'registry'])).trim())
}

/**
 * The environment of somebody who has installed nothing yet: npm's cache, the home and pixelrow's cache are new folders in `home`, and npm asks the registry
 * at `url`.
 * @param {string} home @param {string} url @returns {NodeJS.ProcessEnv}
 */
export function newcomer(home, url) {
  // Settings of the npm that runs this are not the newcomer's.
  const own = Object.entries(environment()).filter(([name]) => !/^(npm_|NODE_PATH$|INIT_CWD$)/i.test(name))
  return {
    ...Object.fromEntries(own),
    HOME: home,
    USERPROFILE: home,
    XDG_CACHE_HOME: join(home, '.cache'),
    PIXELROW_CACHE: join(home, '.cache/pixelrow'),
    npm_config_cache: join(home, '.npm'),
    npm_config_userconfig: join(home, '.npmrc'),
    npm_config_registry: url,
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    NO_COLOR: '1',
  }
}
