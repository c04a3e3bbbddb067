import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The folder for files that can be made again: `$PIXELROW_CACHE`, else the platform's place for caches
 * (`$XDG_CACHE_HOME/pixelrow`, `~/.cache/pixelrow`, `~/Library/Caches/pixelrow`, `%LOCALAPPDATA%\pixelrow`).
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env.PIXELROW_CACHE) return env.PIXELROW_CACHE
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'pixelrow')
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'pixelrow')
  return platform === 'darwin'
    ? join(homedir(), 'Library', 'Caches', 'pixelrow')
    : join(homedir(), '.cache', 'pixelrow')
}
