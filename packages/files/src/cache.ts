import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { cacheRules, check } from './options.ts'
import type { Environment } from './types.ts'

/**
 * The folder for files that can be made again: `$PIXELROW_CACHE`, else the platform's place for caches (`$XDG_CACHE_HOME/pixelrow`,
 * `~/.cache/pixelrow`, `~/Library/Caches/pixelrow`, `%LOCALAPPDATA%\pixelrow`). It need not exist yet. Another `name` has a variable of
 * its own: `NAME_CACHE`.
 */
export function cacheFolder(name = 'pixelrow', options: { env?: Environment; platform?: string } = {}): string {
  check('cacheFolder', options, cacheRules)
  const { env = process.env, platform = process.platform } = options
  const own = env[`${name.toUpperCase().replaceAll(/\W/g, '_')}_CACHE`]
  if (own) return resolve(own)
  return join(cachesOf(env, platform), name)
}

/** The user's folder of caches; as the XDG specification has it, a relative `$XDG_CACHE_HOME` does not count. */
function cachesOf(env: Environment, platform: string): string {
  const home = (platform === 'win32' ? env.USERPROFILE : env.HOME) || homedir()
  if (platform === 'win32') return env.LOCALAPPDATA || join(home, 'AppData', 'Local')
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return env.XDG_CACHE_HOME
  return platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache')
}
