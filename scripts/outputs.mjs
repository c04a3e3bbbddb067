// @ts-check
// What READMEs show of what the command prints: each block is made by running it, and a test runs it again.
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './workspace.mjs'

/**
 * A block fenced as `text` under a comment such as `<!-- output { "of": "pixelrow run", "until": "Next," } -->`.
 * @typedef {object} Output
 * @property {string} file README, relative to the root
 * @property {string} of the command, in words with single spaces between
 * @property {string} [until] what the first line that is left out begins with
 * @property {string} [on] the processor that it ran on
 * @property {string} text
 */

const pattern = /<!-- output (\{[^\n]*\}) -->\n```text\n(.*?)```\n/gs

/** The READMEs that may have such blocks, relative to the root. @returns {string[]} */
export function readmes() {
  const folders = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => `${group}/${name}/`),
  )
  return ['', ...folders].map((folder) => `${folder}README.md`)
}

/** Its blocks, in their order. @param {string} file @returns {Output[]} */
export function outputsIn(file) {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(pattern)].map(([, about = '', shown = '']) => ({ file, ...JSON.parse(about), text: shown }))
}

/** A README with other texts in its blocks, in their order. @param {string} file @param {readonly string[]} texts */
export function withOutputs(file, texts) {
  const rest = [...texts]
  return readFileSync(join(root, file), 'utf8').replace(pattern, (_, about) => {
    const entries = Object.entries({ ...JSON.parse(about), on: processor() }).map((pair) =>
      pair.map((each) => JSON.stringify(each)).join(': '),
    )
    return `<!-- output {${entries.join(', ')}} -->\n\`\`\`text\n${rest.shift()}\`\`\`\n`
  })
}

/** The kind of processor: another one may round otherwise. A name such as `AMD EPYC` is that of several, which family and model tell apart. */
export function processor() {
  const name = cpus()[0]?.model.trim() ?? process.arch
  const about = process.platform === 'linux' ? readFileSync('/proc/cpuinfo', 'utf8') : ''
  const [family, model] = ['cpu family', 'model'].map(
    (word) => new RegExp(`^${word}\\s*: (\\d+)$`, 'm').exec(about)?.[1],
  )
  return family === undefined ? name : `${name}, family ${family}, model ${model}`
}

/**
 * Runs the commands of blocks one after the other, in one folder, where the embedded digits lie as `train.csv` and `test.csv`, and gives
 * what each prints in the order in which it does.
 * @param {readonly Output[]} outputs @returns {Promise<string[]>}
 */
export async function printed(outputs) {
  const folder = mkdtempSync(join(tmpdir(), 'pixelrow-outputs-'))
  try {
    const { digits } = await import(pathToFileURL(join(root, 'apps/cli/dist/index.js')).href)
    const { train, test } = await digits()
    for (const [name, path] of Object.entries({ 'train.csv': train, 'test.csv': test }))
      symlinkSync(path, join(folder, name))
    return outputs.map((output) => cut(run(output.of, folder), output.until))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {string} command @param {string} cwd */
function run(command, cwd) {
  const [name, ...words] = command.split(' ')
  if (name !== 'pixelrow') throw new Error(`${command}: expected a command of pixelrow`)
  const log = join(cwd, '.output')
  const file = openSync(log, 'w')
  // Both into one file, so that lines stand in the order in which they were written.
  const args = [join(root, 'apps/cli/dist/pixelrow.js'), ...words]
  const { status } = spawnSync(process.execPath, args, { cwd, env: plain(), stdio: ['ignore', file, file] })
  closeSync(file)
  const text = readFileSync(log, 'utf8')
  if (status !== 0) throw new Error(`${command} ended with ${status}:\n${text}`)
  return text
}

/** @returns {NodeJS.ProcessEnv} */
function plain() {
  const { FORCE_COLOR: _, NODE_OPTIONS: __, ...env } = process.env
  return { ...env, NO_COLOR: '1' }
}

/** @param {string} text @param {string} [until] */
function cut(text, until) {
  const lines = text.split('\n')
  const end = until === undefined ? -1 : lines.findIndex((line) => line.startsWith(until))
  return `${(end < 0 ? lines : lines.slice(0, end)).join('\n').trim()}\n`
}

/** Times, which nobody can promise, as `#s`. @param {string} text */
export function withoutTimes(text) {
  return text.replaceAll(/ *\b(\d+:\d\d|\d+\.\d+s)$/gm, ' #s')
}
