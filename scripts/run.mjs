// @ts-check
// Child processes whose output matters only when they fail, and the one line a person sees meanwhile.
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'

/** A command that ended badly; `output` is what it printed. */
export class CommandFailed extends Error {
  /** @param {string} command @param {number | string} code @param {string} output */
  constructor(command, code, output) {
    super(`${command} ended with ${code}`)
    this.output = output
  }
}

/** The environment for tools: no telemetry, no notices about updates, no questions. @returns {NodeJS.ProcessEnv} */
export function environment() {
  return {
    ...process.env,
    DO_NOT_TRACK: '1',
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    NO_UPDATE_NOTIFIER: '1',
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    // pnpm asks nothing and draws nothing.
    CI: 'true',
  }
}

/**
 * Runs a command to its end and returns its standard output; throws CommandFailed, which has both outputs.
 * Ctrl-C and SIGTERM stop it and then this process, with 130 or 143.
 * @param {string} command @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: (text: string) => string }} [options]
 * `show` has the output printed as it comes, each piece as it returns it
 * @returns {Promise<string>}
 */
export function run(command, args, { cwd, env = process.env, show } = {}) {
  return new Promise((resolve, reject) => {
    const [file, first, shell] = locate(command)
    const child = spawn(file, [...first, ...args], { cwd, env, shell, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let standardOutput = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output += text
        if (stream === child.stdout) standardOutput += text
        if (show) process.stdout.write(show(text))
      })
    }
    const release = stopWith(child)
    child.on('error', (error) => {
      release()
      reject(new CommandFailed(command, error.message, output))
    })
    child.on('close', (code, signal) => {
      release()
      if (code === 0) resolve(standardOutput)
      else reject(new CommandFailed(`${command} ${args.join(' ')}`, code ?? signal ?? 'no code', output))
    })
  })
}

/** @param {string} command @returns {[file: string, first: string[], shell: boolean]} */
function locate(command) {
  if (command === 'node') return [process.execPath, [], false]
  const npm = process.env.npm_execpath
  // The npx of the npm that runs this; it needs no shell, on Windows either.
  if (command === 'npx' && npm?.endsWith('npm-cli.js'))
    return [process.execPath, [join(dirname(npm), 'npx-cli.js')], false]
  return [command, [], process.platform === 'win32']
}

/** @param {import('node:child_process').ChildProcess} child */
function stopWith(child) {
  /** @type {[NodeJS.Signals, number][]} */
  const codes = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ]
  const handlers = codes.map(([signal, code]) => {
    const stop = () => {
      child.kill(signal)
      process.exit(code)
    }
    process.once(signal, stop)
    return () => process.off(signal, stop)
  })
  return () => {
    for (const remove of handlers) remove()
  }
}

/**
 * Runs one stage of a command and says so in one line on standard error: `Building … 3.1 s`. The line appears when
 * `work` calls the function it is given, so a stage with nothing to do prints nothing; on a terminal its seconds count.
 * A failure prints what the tool printed, then throws.
 * @param {string} title @param {(announce: () => void) => Promise<unknown>} work
 */
export async function stage(title, work) {
  const begin = performance.now()
  const { stderr } = process
  /** @type {NodeJS.Timeout | undefined} */
  let clock
  let announced = false
  /** @param {string} text */
  const print = (text) => stderr.write(stderr.isTTY ? `\r${title} … ${text}` : text)
  const seconds = (digits = 0) => `${((performance.now() - begin) / 1000).toFixed(digits)} s`
  const announce = () => {
    announced = true
    stderr.write(`${title} … `)
    if (stderr.isTTY) clock = setInterval(() => print(seconds()), 1000)
  }
  try {
    await work(announce)
    if (announced) print(`${seconds(1)}\n`)
  } catch (error) {
    print('failed\n')
    if (error instanceof CommandFailed) stderr.write(`${lastLines(error.output)}\n${error.message}\n`)
    throw error
  } finally {
    clearInterval(clock)
  }
}

/** @param {string} output */
const lastLines = (output) => clean(output).split('\n').slice(-60).join('\n')

/** A tool's output without the chatter of npm, pnpm and tsup. @param {string} output */
export function clean(output) {
  const chatter = /^(npm (notice|warn)|Progress: |Downloading |Scope: |\++$|\S+:build: (CLI|ESM|CJS|DTS) (?!.*error))/
  return output
    .split('\n')
    .filter((line) => !chatter.test(line))
    .join('\n')
    .trim()
}
