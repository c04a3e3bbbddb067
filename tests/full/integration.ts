import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { pnpm, root } from '../../scripts/workspace.mjs'
import { overrides, pack } from '../packed.ts'

/** Integrations as somebody has them who copied them: outside of the checkout, on packages that came as tarballs. */
export interface Integrations {
  /** Installs one, and gives its folder. */
  install(name: string): Promise<string>
}

/** Packs the packages for the integrations of one test file. */
export async function packForIntegrations(folder: string): Promise<Integrations> {
  const tarballs = join(folder, 'tarballs')
  mkdirSync(tarballs)
  const settings = `\noverrides: ${JSON.stringify(overrides(await pack(tarballs)))}\nnetworkConcurrency: 16\n`
  return {
    async install(name) {
      const app = mkdtempSync(join(folder, `${name}-`))
      const leftOut = ['node_modules', 'dist', '.next']
      cpSync(join(root, 'integrations', name), app, {
        recursive: true,
        filter: (path) => !leftOut.includes(basename(path)),
      })
      const locked = thirdParty(app)
      appendFileSync(join(app, 'pnpm-workspace.yaml'), settings)
      const args = [
        'install',
        '--no-frozen-lockfile',
        '--prefer-offline',
        '--ignore-scripts',
        '--reporter',
        'append-only',
      ]
      await pnpm(args, app)
      const moved = locked.filter((version) => !thirdParty(app).includes(version))
      if (moved.length > 0)
        throw new Error(`integrations/${name}: its lockfile no longer decides about ${moved.join(', ')}`)
      return app
    },
  }
}

/** What a lockfile pins of other people's packages: `name@version`. */
function thirdParty(app: string): string[] {
  const [, packages = ''] = readFileSync(join(app, 'pnpm-lock.yaml'), 'utf8').split(/^packages:$/m)
  const keys = packages.split(/^snapshots:$/m)[0]!.matchAll(/^ {2}'?([^\s'][^']*?)'?:$/gm)
  return [...keys].map(([, key]) => key!).filter((key) => !/^(@pixelrow\/|pixelrow@)/.test(key))
}

/** A server of an integration's own. */
export interface Running {
  origin: string
  /** Ends it by a signal; the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Runs a JavaScript file that serves, and waits until it prints where. It ends with the test at the latest. */
export async function start(args: string[], cwd: string, env: Record<string, string> = {}): Promise<Running> {
  const server = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => server.once('exit', (code) => resolve(code)))
  const origin = await addressOf(server).catch((error) => {
    server.kill('SIGKILL')
    throw error
  })
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    server.kill(signal)
    return ended
  }
  onTestFinished(async () => void (await stop('SIGKILL')))
  return { origin, stop }
}

function addressOf(server: ChildProcess): Promise<string> {
  let output = ''
  return new Promise((resolve, reject) => {
    for (const stream of [server.stdout!, server.stderr!])
      stream.on('data', (text) => {
        output += text
        const [found] = /http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):\d+/.exec(output) ?? []
        if (found) resolve(found)
      })
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${output}`)))
  })
}
