import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withTemporaryFolder } from '@pixelrow/files'
import { SetupError } from '../error.ts'
import { elsewhere } from '../setup/pip.ts'
import { findPython, type Tool } from '../setup/python.ts'
import { lastLines, runTool } from '../tool.ts'
import { wishFor } from './pinned.ts'
import type { TfjsKind } from './types.ts'

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
  return { compiler, npm, python: python ? await findPip(kind, signal) : undefined }
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
  await withTemporaryFolder(async (folder) => {
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
  })
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

/** A Python with pip, to fetch TensorFlow's wheel of a kind. */
export const findPip = (kind: TfjsKind, signal: AbortSignal | undefined): Promise<Tool> =>
  findPython({ wheel: "TensorFlow's wheel", elsewhere: elsewhere(wishFor(kind)), signal })
