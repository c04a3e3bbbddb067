// @ts-check
// Puts a CUDA runtime without a card (stub.c) beneath onnxruntime's real CUDA provider, in copies of onnxruntime-node and of what trains on it.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { environment, run } from '../run.mjs'
import { cache, root } from '../workspace.mjs'

const source = join(import.meta.dirname, 'stub.c')
const providers = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so']

/** The libraries that the provider is linked to or opens, what each one's functions begin with, and the name by which stub.c knows it. */
const libraries = [
  { file: 'libcudart.so.13', names: /^(__)?cuda/, part: 'IN_CUDART' },
  { file: 'libcublas.so.13', names: /^cublas(?!Lt)/, part: 'IN_CUBLAS' },
  { file: 'libcublasLt.so.13', names: /^cublasLt/, part: 'IN_CUBLASLT' },
  { file: 'libcurand.so.10', names: /^curand/, part: 'IN_CURAND' },
  { file: 'libcuda.so.1', names: /^cu[A-Z]/, part: 'IN_CUDA' },
  { file: 'libcudnn.so.9', names: /^cudnn[A-Z]/, part: 'IN_CUDNN' },
]

/** Functions that count as a call into a library: each is one kernel or more. */
const counting = /^cublas.*(gemm|Gemm|Matmul$|MatrixTransform$|geam|copy|scal)/

/** The wheel's provider of the version of onnxruntime-node that is installed; fetched once. @param {string} [wheel] */
export async function providersOf(wheel) {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/onnxruntime-node/package.json'), 'utf8'))
  const folder = join(cache, `cuda-provider-${version}`)
  if (providers.every((file) => existsSync(join(folder, file)))) return folder
  mkdirSync(folder, { recursive: true })
  const found = wheel ?? (await download(`onnxruntime-gpu==${version}`, folder))
  if (!basename(found).includes(`-${version}-`)) throw new Error(`${found} is not of version ${version}`)
  const unpack = `import sys, zipfile
for name in sys.argv[3:]:
    open(sys.argv[2] + '/' + name, 'wb').write(zipfile.ZipFile(sys.argv[1]).read('onnxruntime/capi/' + name))`
  await run('python3', ['-c', unpack, found, folder, ...providers])
  if (!wheel) rmSync(found)
  return folder
}

/** @param {string} what @param {string} folder */
async function download(what, folder) {
  await run('python3', ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--dest', folder, what], {
    env: environment(),
  })
  return join(folder, /** @type {string} */ (readdirSync(folder).find((name) => name.endsWith('.whl'))))
}

/** Writes and compiles the stub libraries for what a provider wants. @param {string} provider @param {string} folder */
export async function compileStubs(provider, folder) {
  mkdirSync(folder, { recursive: true })
  const wanted = await wantedBy(provider)
  const written = definedIn(readFileSync(source, 'utf8'))
  for (const { file, names, part } of libraries) {
    const missing = [...wanted].filter((name) => names.test(name) && !written.has(name))
    const declared = 'void stub_count(int, long);\nvoid *calloc(unsigned long, unsigned long);'
    writeFileSync(join(folder, `${part}.c`), [declared, ...missing.map(doingNothing)].join('\n'))
    // The loader asks for each symbol in the version that NVIDIA's library calls by its own name.
    writeFileSync(join(folder, `${part}.map`), `${file} { global: *; };\n`)
    const counter = part === 'IN_CUDART' ? [] : [join(folder, 'libcudart.so.13')]
    const flags = ['-shared', '-fPIC', '-O1', '-w', `-D${part}`, `-Wl,-soname,${file}`]
    const inputs = [source, join(folder, `${part}.c`), ...counter]
    await run('cc', [
      ...flags,
      `-Wl,--version-script=${join(folder, `${part}.map`)}`,
      '-o',
      join(folder, file),
      ...inputs,
    ])
  }
  return folder
}

/** A function in C that does nothing, makes a handle or is counted. @param {string} name */
function doingNothing(name) {
  if (/Create/.test(name)) return `int ${name}(void **made) { return (*made = calloc(1, 1024)) ? 0 : 2; }`
  return `int ${name}(void) { return ${counting.test(name) ? 'stub_count(1, 1), ' : ''}0; }`
}

/** Names of functions that the provider is linked to, and those of cuDNN, which it opens by name. @param {string} provider */
async function wantedBy(provider) {
  const undefinedNames = await run('nm', ['-D', '--undefined-only', provider])
  const linked = undefinedNames.split('\n').map((line) => line.trim().replace(/^U /, '').replace(/@.*/, ''))
  const text = readFileSync(provider).toString('latin1')
  return new Set([...linked, ...[...text.matchAll(/(?<=\0)cudnn[A-Z]\w+(?=\0)/g)].map(([name]) => name)])
}

/** The functions that stub.c defines. @param {string} text */
const definedIn = (text) =>
  new Set([...text.matchAll(/(?<=^[a-z][\w *]*[ *])\w+(?=\([^;]*\{)/gm)].map(([name]) => name))

/**
 * A folder from which `@pixelrow/train` finds an onnxruntime-node with the provider. Returns train's entry.
 * @param {string} folder @param {string} providerFolder
 */
export function copyTraining(folder, providerFolder) {
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '@pixelrow'), { recursive: true })
  const runtime = join(modules, 'onnxruntime-node')
  cpSync(join(root, 'node_modules/onnxruntime-node'), runtime, { recursive: true, dereference: true })
  for (const file of providers) symlinkSync(join(providerFolder, file), join(runtime, 'bin/napi-v6/linux/x64', file))
  logEverything(runtime)
  const train = join(modules, '@pixelrow/train')
  for (const part of ['package.json', 'dist'])
    cpSync(join(root, 'packages/train', part), join(train, part), { recursive: true })
  for (const name of readdirSync(join(root, 'packages'))) {
    if (name !== 'train') symlinkSync(join(root, 'packages', name), join(modules, '@pixelrow', name))
  }
  symlinkSync(
    join(realpathSync(join(root, 'node_modules/onnxruntime-node')), '../onnxruntime-common'),
    join(modules, 'onnxruntime-common'),
  )
  return join(train, 'dist/index.js')
}

/** Has a copy of onnxruntime-node log where it places each node. @param {string} runtime */
function logEverything(runtime) {
  const manifest = join(runtime, 'package.json')
  const { main, ...rest } = JSON.parse(readFileSync(manifest, 'utf8'))
  writeFileSync(manifest, JSON.stringify({ ...rest, main: 'logging.cjs' }))
  const code = `const runtime = require('./${main}')
const create = (model, options) => runtime.InferenceSession.create(model, { ...options, logSeverityLevel: 0 })
module.exports = { ...runtime, InferenceSession: { create } }`
  writeFileSync(join(runtime, 'logging.cjs'), code)
}
