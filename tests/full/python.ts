import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cache, root } from '../../scripts/workspace.mjs'

const requirements = join(root, 'tests/full/requirements.txt')

/**
 * Runs a script in a virtual environment of this checkout with `requirements.txt` installed, which is made on first use.
 * Returns its standard output; throws what it wrote to standard error, or which tool is missing.
 */
export function python(script: string, ...args: string[]): string {
  return execute(environment(), [script, ...args], `${script} failed`)
}

/** Lists of requirements, by what pip is told of each besides. */
export interface Environment {
  /** Its folder in the cache. */
  name: string
  lists: readonly { file: string; options?: readonly string[] }[]
}

/**
 * The interpreter of an environment, which is made on first use. It appears under its name when it is whole, so that test
 * files may make it side by side.
 */
export function environment({ name, lists }: Environment = { name: 'venv', lists: [{ file: requirements }] }): string {
  const hash = createHash('sha256')
  for (const { file } of lists) hash.update(readFileSync(file))
  const folder = join(cache, `${name}-${hash.digest('hex').slice(0, 12)}`)
  if (!existsSync(folder)) make(folder, lists)
  return interpreterIn(folder)
}

/** Keras 2 and 3 with TensorFlow, and what writes their models in tfjs' format. */
export const tensorflow: Environment = {
  name: 'venv-tensorflow',
  lists: [
    { file: join(root, 'tests/full/tensorflow.txt') },
    { file: join(root, 'tests/full/tensorflowjs.txt'), options: ['--no-deps'] },
  ],
}

/** What the commands use that make tables of other kinds of files. */
export const kinds: Environment = { name: 'venv-kinds', lists: [{ file: join(root, 'tests/full/kinds.txt') }] }

function interpreterIn(folder: string): string {
  return join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
}

function make(folder: string, lists: Environment['lists']): void {
  const own = `${folder}.${process.pid}`
  mkdirSync(cache, { recursive: true })
  const missing = 'The full tests need Python 3.10 or later with its venv module (Debian: python3 and python3-venv)'
  execute(process.env.PYTHON ?? 'python3', ['-m', 'venv', own], missing)
  for (const { file, options = [] } of lists) {
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...options, '-r', file]
    execute(interpreterIn(own), install, `pip could not install ${file}`)
  }
  try {
    renameSync(own, folder)
  } catch {
    // Another test file was quicker.
    rmSync(own, { recursive: true, force: true })
  }
}

function execute(command: string, args: string[], problem: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (status === 0) return stdout
  throw new Error(`${problem}: ${error?.message ?? `${stdout}${stderr}`}`)
}
