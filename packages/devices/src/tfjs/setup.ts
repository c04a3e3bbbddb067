import { mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cached, cacheFolder } from '@pixelrow/files'
import { SetupError } from '../error.ts'
import { check, setupRules } from '../options.ts'
import { fetchWheel } from '../setup/pip.ts'
import type { Tool } from '../setup/python.ts'
import { requireSpace } from '../setup/space.ts'
import type { SetupProgress } from '../setup/types.ts'
import { buildIn, buildKey, buildsFolder, isWhole } from './built.ts'
import { checkTfjs, type TfjsCheck } from './check.ts'
import { compileAddon, sourcesIn } from './compile.ts'
import { type CudaHere, findCuda } from './cuda.ts'
import { requireMachine } from './machine.ts'
import { installPackages } from './packages.ts'
import { sizes, tensorflow, tfjsNode, wheelName, wishFor } from './pinned.ts'
import { findTools, type Tools } from './tools.ts'
import type { SetupTfjsOptions, TfjsBuild, TfjsKind } from './types.ts'
import { type CudaBuild, readWheel, unpackWheel, type Wheel } from './wheel.ts'

/** What was set up, or was there. */
export interface TfjsSetup extends TfjsBuild, TfjsCheck {
  /** Nothing had to be built. */
  wasThere: boolean
  /** Version of @tensorflow/tfjs-node. */
  tfjsNode: string
  /** What TensorFlow was built with, and which of the libraries it wants are here; for `gpu` alone. */
  cuda?: CudaHere
}

interface Job {
  kind: TfjsKind
  cache: string
  wheel: Wheel | undefined
  signal: AbortSignal | undefined
  onProgress: (progress: SetupProgress) => void
}

/**
 * Builds tfjs-node's native addon against the TensorFlow library of PyPI's wheel, in a folder of its own in the cache, which appears when it
 * is whole and was loaded once. It needs a C++ compiler, npm, and Python's pip unless `from` gives the wheel; Linux on x64. A build that is
 * there is checked and told again. Throws a SetupError that says what is missing or went wrong and what to do, an error of
 * @pixelrow/files where a file cannot be read or written, and the signal's reason.
 */
export async function setupTfjs(options: SetupTfjsOptions = {}): Promise<TfjsSetup> {
  check('setupTfjs', options, setupRules)
  const { gpu = false, from, cache = cacheFolder(), signal, onProgress = () => {} } = options
  signal?.throwIfAborted()
  requireMachine()
  const kind = gpu ? 'gpu' : 'cpu'
  const wheel = from === undefined ? undefined : await readWheel(from)
  if (wheel && wheel.kind !== kind) throw otherKind(wheel)
  const job: Job = { kind, cache, wheel, signal, onProgress }
  const version = wheel?.version ?? tensorflow
  const folder = join(cache, buildKey(kind, version))
  const wasThere = isWhole(folder)
  if (!wasThere) await build(job, version)
  if (wasThere) onProgress({ text: `TensorFlow ${version} is there already; loading it in a process of its own` })
  return tell(buildIn(folder, kind, version), wasThere, signal)
}

function otherKind({ file, kind }: Wheel): SetupError {
  const [found, advice] =
    kind === 'gpu'
      ? ['one built with CUDA', 'Add --gpu to set that up.']
      : [
          'one for the CPU alone',
          `Leave out --gpu, or give the wheel of ${wheelName.gpu} in place of ${wheelName.cpu}.`,
        ]
  const expected = kind === 'gpu' ? 'a wheel for the CPU' : 'a wheel with CUDA'
  return new SetupError(`${file}: expected ${expected}, found ${found}`, {
    code: 'DEVICES_WHEEL_OTHER',
    params: { expected, found },
    advice,
    file,
  })
}

async function build(job: Job, version: string): Promise<void> {
  const { kind, cache, wheel, signal } = job
  const tools = await findTools({ kind, python: !wheel, signal })
  await requireSpace(cache, sizes[kind].build + (wheel ? 0 : sizes[kind].wheel))
  const { compiler, npm, python } = tools
  const found = [compiler, npm, ...(python ? [python] : [])].map((tool) => tool.version)
  job.onProgress({ text: `Found ${found.join('; ')}` })
  try {
    await cached(buildKey(kind, version), (folder) => make(folder, job, tools), { folder: cache })
  } finally {
    // Where nothing came about, nothing is left: only empty folders are removed.
    const builds = buildsFolder(cache)
    for (const each of [dirname(join(cache, buildKey(kind, version))), builds]) await rmdir(each).catch(() => {})
  }
}

async function make(folder: string, job: Job, tools: Tools): Promise<void> {
  const { kind, cache, signal, onProgress } = job
  onProgress({ text: `Installing tfjs-node ${tfjsNode} with npm, in a folder of its own` })
  await installPackages(folder, tools.npm, signal)
  const [unpacked, fetched] = [join(folder, 'unpacked'), join(folder, 'fetched')]
  const wheel = job.wheel ?? (await readWheel(await fetch(fetched, job, tools.python!)))
  await unpack(wheel, folder, unpacked, job)
  await rm(fetched, { recursive: true, force: true })
  onProgress({ text: `Building the addon with ${tools.compiler.command}` })
  const log = join(buildsFolder(cache), 'compile.log')
  await compileAddon(folder, { compiler: tools.compiler, unpacked, log, signal })
  await writeFile(
    join(folder, about),
    JSON.stringify({ tfjsNode, ...(wheel.cuda && { cuda: wheel.cuda }) } satisfies About),
  )
  onProgress({ text: 'Loading it in a process of its own' })
  await checkTfjs(buildIn(folder, kind, wheel.version), { signal })
}

async function fetch(folder: string, { kind, signal, onProgress }: Job, python: Tool): Promise<string> {
  const totalBytes = sizes[kind].wheel
  const text = `Downloading ${wheelName[kind]} ${tensorflow}`
  onProgress({ text: `${text} (${Math.round(totalBytes / 1e6)} MB) with pip` })
  await mkdir(folder)
  const onBytes = (bytes: number) => onProgress({ text, bytes: Math.min(bytes, totalBytes), totalBytes })
  return fetchWheel({ wish: wishFor(kind), python, folder, signal, onBytes })
}

async function unpack({ file, version }: Wheel, build: string, folder: string, { signal, onProgress }: Job) {
  const text = `Unpacking TensorFlow ${version}`
  onProgress({ text })
  const onBytes = (bytes: number, totalBytes: number) => onProgress({ text, bytes, totalBytes })
  await unpackWheel(file, { sources: await sourcesIn(build), folder, signal, onBytes })
}

/** What a build says of itself besides its name, in a file of its own. */
interface About {
  tfjsNode: string
  cuda?: CudaBuild
}

const about = 'about.json'

async function tell(build: TfjsBuild, wasThere: boolean, signal: AbortSignal | undefined): Promise<TfjsSetup> {
  const said = JSON.parse(await readFile(join(build.folder, about), 'utf8')) as About
  const here = said.cuda && { ...said.cuda, ...(await findCuda(build.folder, said.cuda, signal)) }
  const check = await checkTfjs(build, { signal })
  if (!here) return { ...build, ...check, wasThere, tfjsNode: said.tfjsNode }
  const { packages: _, ...cuda } = here
  return { ...build, ...check, wasThere, tfjsNode: said.tfjsNode, cuda }
}
