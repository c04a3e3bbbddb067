import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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

/** The environment's interpreter. */
function environment(): string {
  const folder = join(cache, 'venv')
  const bin = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python'
  const interpreter = join(folder, bin)
  const stamp = join(folder, 'requirements.sha256')
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return interpreter

  rmSync(folder, { recursive: true, force: true })
  mkdirSync(cache, { recursive: true })
  const missing = 'The full tests need Python 3.10 or later with its venv module (Debian: python3 and python3-venv)'
  execute(process.env.PYTHON ?? 'python3', ['-m', 'venv', folder], missing)
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]
  execute(interpreter, install, `pip could not install ${requirements}`)
  writeFileSync(stamp, wanted)
  return interpreter
}

function execute(command: string, args: string[], problem: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (status === 0) return stdout
  throw new Error(`${problem}: ${error?.message ?? `${stdout}${stderr}`}`)
}
