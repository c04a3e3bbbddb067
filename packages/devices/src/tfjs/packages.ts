import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SetupError } from '../error.ts'
import type { Tool } from '../setup/python.ts'
import { lastLines, runTool } from '../tool.ts'
import { lock } from './pinned.ts'

/**
 * Installs @tensorflow/tfjs-node's sources and JavaScript, and the headers of Node's API, into a folder: with the user's npm and registry, at
 * the locked versions, each checked against its sum. No install script runs: theirs would download another TensorFlow.
 */
export async function installPackages(folder: string, npm: Tool, signal: AbortSignal | undefined): Promise<void> {
  const { dependencies } = lock.packages['']
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock))
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--no-progress']
  const ended = await runTool(npm.command, [...npm.args, 'ci', ...flags], {
    cwd: folder,
    env: npmEnvironment(),
    signal,
  })
  if (ended?.code !== 0) {
    const advice = 'Check the network, and which registry npm uses (npm config get registry). Then repeat the command.'
    const said = errorsIn(ended?.output ?? '')
    const params = { tool: 'npm', output: said }
    throw new SetupError(`npm could not install tfjs-node:\n${said}\n`, {
      code: 'DEVICES_FETCH_FAILED',
      params,
      advice,
    })
  }
  await removeMaps(join(folder, 'node_modules'))
}

/** npm says first what went wrong, and ends in general advice. */
function errorsIn(output: string): string {
  const errors = output.split('\n').filter((line) => /^npm (error|ERR!)/.test(line))
  return errors.length > 0 ? errors.slice(0, 6).join('\n') : lastLines(output, 6)
}

/** What an `npx` or an npm script around us has set about itself would lead this npm elsewhere. */
function npmEnvironment(): NodeJS.ProcessEnv {
  const about =
    /^npm_config_(global|prefix|local_prefix|location|package|call|workspaces?|include_workspace_root|omit|include|dry_run)$/i
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !about.test(name)))
}

/** Source maps are two thirds of what npm brings, and nobody debugs here. */
async function removeMaps(folder: string): Promise<void> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const maps = files.filter((file) => file.isFile() && file.name.endsWith('.map'))
  for (const { parentPath, name } of maps) await rm(join(parentPath, name))
}
