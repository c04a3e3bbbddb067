import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { SetupError } from '../error.ts'
import type { Tool } from '../setup/python.ts'
import { lastLines, runTool } from '../tool.ts'
import { libraries } from './wheel.ts'

/** The sources of the addon, in tfjs-node's folder. */
const sources = ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'] as const

/** The folder of tfjs-node in a build. */
export const tfjsNodeIn = (build: string): string => join(build, 'node_modules/@tensorflow/tfjs-node')

/** The texts of the addon's sources and headers, which name what they include of TensorFlow. */
export async function sourcesIn(build: string): Promise<string[]> {
  const folder = join(tfjsNodeIn(build), 'binding')
  const names = (await readdir(folder)).filter((name) => /\.(cc|h)$/.test(name))
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
}

/** How the addon is built. */
export interface Compiling {
  compiler: Tool
  /** Where the wheel was unpacked; it is gone afterwards. */
  unpacked: string
  /** Where everything that the compiler says is kept if it fails. */
  log: string
  signal: AbortSignal | undefined
}

/** Puts TensorFlow's libraries where tfjs-node looks for them, and compiles and links its addon with them. */
export async function compileAddon(build: string, { compiler, unpacked, log, signal }: Compiling): Promise<void> {
  const package_ = tfjsNodeIn(build)
  const [deps, addon] = [join(package_, 'deps/lib'), join(package_, 'lib/napi-v8')]
  await mkdir(deps, { recursive: true })
  await mkdir(addon, { recursive: true })
  for (const library of libraries) await rename(join(unpacked, library), join(deps, basename(library)))
  await symlink('libtensorflow_cc.so.2', join(deps, 'libtensorflow.so'))
  await symlink('libtensorflow_framework.so.2', join(deps, 'libtensorflow_framework.so'))
  const args = [...compiler.args, ...flagsFor(build, join(unpacked, 'tensorflow/include'))]
  const ended = await runTool(compiler.command, args, { cwd: package_, signal })
  if (ended?.code !== 0) throw await failed(compiler, args, ended?.output ?? '', log)
  await rm(unpacked, { recursive: true })
  await rm(join(build, 'node_modules/node-api-headers'), { recursive: true })
}

/** As tfjs-node's own binding.gyp has it; the libraries are found from where the addon lies, so the folder can be moved. */
function flagsFor(build: string, headers: string): string[] {
  return [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding'],
    ...['-I.', `-I${join(build, 'node_modules/node-api-headers/include')}`, `-I${headers}`],
    ...sources,
    ...['-o', 'lib/napi-v8/tfjs_binding.node', '-Ldeps/lib', '-ltensorflow', '-ltensorflow_framework'],
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
  ]
}

async function failed({ command }: Tool, args: readonly string[], output: string, log: string): Promise<SetupError> {
  await writeFile(log, `${[command, ...args].join(' ')}\n${output}`)
  const said = lastLines(output, 12)
  return new SetupError(`${command} could not build the addon:\n${said}\n`, {
    code: 'DEVICES_BUILD_FAILED',
    params: { command, output: said },
    advice: `All that it said is in ${log}. Set CXX to another compiler of C++17, and repeat the command.`,
    file: log,
  })
}
