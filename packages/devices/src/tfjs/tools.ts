import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SetupError } from '../error.ts'
import { lastLines, runTool } from '../tool.ts'
import { tensorflow, wheelName, wheelTags } from './pinned.ts'
import type { TfjsKind } from './types.ts'

/** A tool that was found: the words that start it, and what it says it is. */
export interface Tool {
  command: string
  args: readonly string[]
  version: string
}

/** What a build needs. Python is not looked for where the wheel is there. */
export interface Tools {
  compiler: Tool
  npm: Tool
  python: Tool | undefined
}

/** What of the tools a build needs. */
export interface Needed {
  kind: TfjsKind
  python: boolean
  signal: AbortSignal | undefined
}

/** Finds all tools before anything is downloaded; throws for the first that is missing, with how to get it. */
export async function findTools({ kind, python, signal }: Needed): Promise<Tools> {
  const compiler = await findCompiler(signal)
  const npm = await findNpm(signal)
  return { compiler, npm, python: python ? await findPython(kind, signal) : undefined }
}

/** Names of C++ compilers, and what $CXX says in their place, which may have arguments. */
export async function findCompiler(signal: AbortSignal | undefined): Promise<Tool> {
  const { CXX } = process.env
  for (const words of CXX ? [CXX.trim().split(/\s+/)] : [['c++'], ['g++'], ['clang++']]) {
    const [command = '', ...args] = words
    const ended = await runTool(command, [...args, '--version'], { signal })
    if (ended?.code !== 0) continue
    const compiler = { command, args, version: ended.stdout.split('\n')[0]!.trim() }
    await tryCompiler(compiler, signal)
    return compiler
  }
  const looked = CXX ? `$CXX is ${JSON.stringify(CXX)}, which does not run` : 'looked for c++, g++ and clang++'
  throw new SetupError(`A C++ compiler is needed, and there is none (${looked})`, {
    code: 'DEVICES_TOOL_MISSING',
    params: { tool: 'compiler', found: looked },
    advice: getCompiler,
  })
}

const getCompiler =
  'Debian and Ubuntu: sudo apt install g++. Fedora: sudo dnf install gcc-c++. Arch: sudo pacman -S gcc. openSUSE: sudo zypper install ' +
  'gcc-c++. Or set CXX to the path of one.'

/** A compiler may be there without the standard library or a linker. */
async function tryCompiler({ command, args }: Tool, signal: AbortSignal | undefined): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pixelrow-cxx-'))
  try {
    const file = join(folder, 'try.cc')
    await writeFile(
      file,
      '#include <optional>\n#include <string>\nstd::optional<std::string> tried() { return "yes"; }\n',
    )
    const flags = ['-std=c++17', '-fPIC', '-shared', file, '-o', join(folder, 'try.so')]
    const ended = await runTool(command, [...args, ...flags], { signal, cwd: folder })
    if (ended?.code === 0) return
    const said = lastLines(ended?.output ?? '', 5)
    throw new SetupError(`${command} cannot make a library of C++17:\n${said}\n`, {
      code: 'DEVICES_TOOL_MISSING',
      params: { tool: 'compiler', found: said },
      advice: getCompiler,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export async function findNpm(signal: AbortSignal | undefined): Promise<Tool> {
  const ended = await runTool('npm', ['--version'], { signal })
  if (ended?.code === 0) return { command: 'npm', args: [], version: `npm ${ended.stdout.trim()}` }
  const advice = 'It comes with Node; on Debian and Ubuntu also: sudo apt install npm. Put it on the PATH.'
  throw new SetupError('npm is needed, and does not run here', {
    code: 'DEVICES_TOOL_MISSING',
    params: { tool: 'npm' },
    advice,
  })
}

/** Any Python 3 whose pip runs: $PYTHON, else `python3` or `python`. */
export async function findPython(kind: TfjsKind, signal: AbortSignal | undefined): Promise<Tool> {
  const { PYTHON } = process.env
  const names = PYTHON ? [PYTHON] : ['python3', 'python']
  let withoutPip: string | undefined
  for (const command of names) {
    const ended = await runTool(command, ['-m', 'pip', '--version'], { signal })
    const [, pip, python] = /^pip (\S+) .*\(python (3\S*)\)/m.exec(ended?.stdout ?? '') ?? []
    if (ended?.code === 0 && python) return { command, args: [], version: `Python ${python} with pip ${pip}` }
    if (ended) withoutPip ??= command
  }
  const found = withoutPip ? `${withoutPip} has none` : `there is no ${names.join(' or ')}`
  throw new SetupError(`Python's pip is needed to fetch TensorFlow's wheel, and ${found}`, {
    code: 'DEVICES_TOOL_MISSING',
    params: { tool: 'pip', found },
    advice: `Debian and Ubuntu: sudo apt install python3-pip. Fedora: sudo dnf install python3-pip. ${elsewhere(kind)}`,
  })
}

/** How to bring the wheel from another machine. */
export function elsewhere(kind: TfjsKind): string {
  return `Or fetch it where it can be fetched (pip ${downloadArguments(kind).join(' ')}), and pass the file with --from.`
}

/** What pip is told, whatever Python it runs on. */
export function downloadArguments(kind: TfjsKind): string[] {
  const { python, abi, platform } = wheelTags
  const tags = ['--python-version', python, '--implementation', 'cp', '--abi', abi, '--platform', platform]
  return ['download', '--no-deps', '--only-binary', ':all:', ...tags, `${wheelName[kind]}==${tensorflow}`]
}
