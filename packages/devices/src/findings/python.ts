import { existsSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { namesIn, textOf } from './files.ts'
import { foldersIn } from './libraries.ts'

/**
 * The folders in which Python's packages lie (`site-packages`), for the Python that a user would get: `$PYTHON`, the virtual environment, the
 * first `python3` or `python` on the PATH, conda's, and their own packages. Nothing is run: the folders are where Python looks by itself.
 */
export function sitePackages(): string[] {
  const found = [...foldersIn(process.env.PYTHONPATH), ...prefixes().flatMap(packagesUnder), ...usersOwn()]
  return [...new Set(found)].filter((folder) => existsSync(folder))
}

/** Where a Python is installed: for a virtual environment its folder, then that of the Python which it was made from. */
function prefixes(): string[] {
  const { PYTHON, VIRTUAL_ENV, CONDA_PREFIX } = process.env
  const program = PYTHON && existsSync(PYTHON) ? PYTHON : onPath(PYTHON ? [PYTHON] : ['python3', 'python'])
  const installed = program ? [prefixOf(program), prefixOf(realpathSync(program))] : []
  return [VIRTUAL_ENV, ...installed, CONDA_PREFIX].filter((folder) => folder !== undefined)
}

function onPath(names: readonly string[]): string | undefined {
  const folders = foldersIn(process.env.PATH)
  const programs = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  // pyenv has scripts of that name, which choose one of its versions.
  return programs.map((program) => ofPyenv(program) ?? program).find((program) => existsSync(program))
}

function ofPyenv(program: string): string | undefined {
  const [shims, root] = [dirname(program), dirname(dirname(program))]
  if (basename(shims) !== 'shims') return undefined
  const chosen = [process.env.PYENV_VERSION, textOf('.python-version'), textOf(join(root, 'version'))].join('\n')
  const programs = chosen.split(/[\s:]+/).map((version) => join(root, 'versions', version, 'bin', 'python3'))
  return programs.find((path) => existsSync(path))
}

function prefixOf(program: string): string {
  const folder = dirname(program)
  return basename(folder) === 'bin' ? dirname(folder) : folder
}

function packagesUnder(prefix: string): string[] {
  const homes = ['lib', 'lib64', 'local/lib'].flatMap((lib) => versionsIn(join(prefix, lib), /^python3/))
  return homes.flatMap((home) => ['site-packages', 'dist-packages'].map((name) => join(home, name)))
}

/** What `pip install --user` has brought. */
const usersOwn = (): string[] => packagesUnder(process.env.PYTHONUSERBASE ?? join(homedir(), '.local'))

/** Folders of a name, the newest version first. */
function versionsIn(folder: string, pattern: RegExp): string[] {
  const names = namesIn(folder).filter((name) => pattern.test(name))
  const newestFirst = names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  return newestFirst.map((name) => join(folder, name))
}
