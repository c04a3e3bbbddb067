import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commitOf, findNvidia, hasCodeFor, providerOf, runtimeAt, SetupError } from '@pixelrow/devices'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { elfOf } from './images.ts'
import { withoutVariables } from './machines.ts'
import { commit, needed, providerFiles, version, writeFiles, writeRuntime } from './runtimes.ts'

let folder: string
let cache: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pixelrow-cuda-'))
  cache = join(folder, 'cache')
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

describe('a runtime', () => {
  test('that is installed is told with version and commit', () => {
    const runtime = runtimeAt(createRequire(join(import.meta.dirname, '../../train/src')).resolve('onnxruntime-node'))
    expect(runtime.version).toMatch(/^1\.\d+\.\d+$/)
    expect(runtime.library).toBe(join(runtime.folder, 'libonnxruntime.so.1'))
    expect(commitOf(runtime.library)).toMatch(/^[0-9a-f]{9,40}$/)
  })

  test('that is none, or has nothing for this machine, is refused', () => {
    const { entry } = writeRuntime(folder, { platform: 'aix' })
    expect(() => runtimeAt(entry)).toThrow(`found no binaries for ${process.platform} on ${process.arch}. Install it: `)
    expect(() => runtimeAt(join(folder, 'x.js'))).toThrow(SetupError)
  })

  test('whose commit lies across two reads is told all the same, and one of another word is not', () => {
    const file = join(folder, 'library')
    const text = `git-commit-id=no git-commit-id=${commit},`
    writeFileSync(file, Buffer.concat([Buffer.alloc((1 << 22) - 20), Buffer.from(text)]))
    expect(commitOf(file)).toBe(commit)
    writeFileSync(file, 'git-commit-id=unknown')
    expect(commitOf(file)).toBeUndefined()
  })
})

describe('a provider', () => {
  const found = (files: Record<string, Buffer>) => {
    const { entry, binaries } = writeRuntime(folder)
    writeFiles(binaries, files)
    return providerOf(runtimeAt(entry), { cache })
  }

  test('is told by what its library says', () => {
    expect(found(providerFiles())).toMatchObject({
      ...{ missing: [], owner: 'other', version, cuda: 13, fits: true },
      targets: { sass: [75, 80, 90, 120], ptx: [] },
      needed: [...needed, 'libc.so.6'],
    })
  })

  test("of CUDA 12 and this version is that of onnxruntime-node's own script", () => {
    const twelve = providerFiles({ needed: ['libcudart.so.12'] })
    expect(found(twelve)).toMatchObject({ owner: 'onnxruntime-node', version, cuda: 12, fits: true })
  })

  test('of another version does not fit, nor does one that says none', () => {
    const other = providerFiles({ texts: ['1.29.0'] })
    expect(found(other)).toMatchObject({ owner: 'other', version: '1.29.0', fits: false })
    expect(found(providerFiles({ texts: ['1.29.0', '1.28.0'], salt: 'b' }))).toMatchObject({ fits: false })
  })

  test('that is half there, damaged or a link to nothing names what is missing', () => {
    const { entry, binaries } = writeRuntime(folder)
    expect(providerOf(runtimeAt(entry), { cache })).toBeUndefined()
    const { 'libonnxruntime_providers_cuda.so': cuda = Buffer.alloc(0) } = providerFiles()
    const library = join(binaries, 'libonnxruntime_providers_cuda.so')
    writeFileSync(library, cuda)
    const half = { missing: ['libonnxruntime_providers_shared.so'], fits: false }
    expect(providerOf(runtimeAt(entry), { cache })).toMatchObject({ ...half, version })
    truncateSync(library, cuda.length - 100)
    expect(providerOf(runtimeAt(entry), { cache })).toMatchObject({ ...half, needed: [] })
    rmSync(library)
    symlinkSync(join(folder, 'gone'), library)
    expect(providerOf(runtimeAt(entry), { cache })?.missing).toHaveLength(2)
  })
})

test.each([
  ['9.0', true],
  ['8.9', true],
  ['12.1', true],
  ['7.0', false],
  ['10.0', false],
])('code for 7.5, 8.0, 9.0 and 12.0 runs on a GPU of %s: %s', (capability, runs) => {
  expect(hasCodeFor({ sass: [75, 80, 90, 120], ptx: [] }, capability)).toBe(runs)
})

test('code that the driver compiles runs on later GPUs of any kind', () => {
  expect(hasCodeFor({ sass: [75], ptx: [90] }, '10.0')).toBe(true)
  expect(hasCodeFor({ sass: [75], ptx: [90] }, '8.0')).toBe(false)
})

describe("NVIDIA's libraries", () => {
  beforeEach(() => {
    withoutVariables(folder)
    vi.stubEnv('PATH', folder)
    vi.stubEnv('HOME', folder)
  })

  const library = elfOf()
  const found = () =>
    Object.fromEntries(
      findNvidia(undefined, { cache, root: folder }).map(({ library, path, by }) => [library, path && { path, by }]),
    )

  test('that are missing are named in their order, with what brings them and what it is for', () => {
    expect(
      findNvidia(undefined, { cache, root: folder }).map(({ library, package: brings }) => [library, brings]),
    ).toEqual([
      ['libcudart.so.13', 'nvidia-cuda-runtime~=13.0'],
      ['libcublasLt.so.13', 'nvidia-cublas~=13.0'],
      ['libcublas.so.13', 'nvidia-cublas~=13.0'],
      ['libcurand.so.10', 'nvidia-curand~=10.0'],
      ['libcuda.so.1', undefined],
      ['libcudnn.so.9', 'nvidia-cudnn-cu13~=9.0'],
    ])
  })

  test('are those that a provider of CUDA 12 says', () => {
    const { entry, binaries } = writeRuntime(folder)
    writeFiles(binaries, providerFiles({ needed: ['libcudart.so.12', 'libcufft.so.11', 'libcudnn.so.9', 'libm.so.6'] }))
    const libraries = findNvidia(providerOf(runtimeAt(entry), { cache }), { cache })
    // Such a build does not load without cuDNN.
    expect(new Set(libraries.map(({ neededFor }) => neededFor))).toEqual(new Set(['everything']))
    expect(libraries.map(({ library, package: brings }) => [library, brings])).toEqual([
      ['libcudart.so.12', 'nvidia-cuda-runtime-cu12~=12.0'],
      ['libcufft.so.11', 'nvidia-cufft-cu12~=11.0'],
      ['libcuda.so.1', undefined],
      ['libcudnn.so.9', 'nvidia-cudnn-cu12~=9.0'],
    ])
  })

  test('are found where the loader looks, in the cache, and in virtual environments, of either layout', () => {
    const [environment, loader] = [join(folder, 'venv'), join(folder, 'loader')]
    const packages = join(environment, 'lib/python3.12/site-packages/nvidia')
    writeFiles(packages, {
      'cu13/lib/libcudart.so.13': library,
      'cu13/lib/libcublas.so.13': library,
      'cudnn/lib/libcudnn.so.9': library,
    })
    writeFiles(join(cache, 'cuda/nvidia/nvidia'), {
      'cu13/lib/libcublasLt.so.13': library,
      'cu13/lib/libcublas.so.13': library,
    })
    writeFiles(loader, { 'libcurand.so.10': library, 'libcublas.so.12': library })
    vi.stubEnv('VIRTUAL_ENV', environment)
    vi.stubEnv('LD_LIBRARY_PATH', loader)
    expect(found()).toMatchObject({
      'libcudart.so.13': { path: join(packages, 'cu13/lib/libcudart.so.13'), by: 'python' },
      'libcudnn.so.9': { path: join(packages, 'cudnn/lib/libcudnn.so.9'), by: 'python' },
      'libcublasLt.so.13': { path: join(cache, 'cuda/nvidia/nvidia/cu13/lib/libcublasLt.so.13'), by: 'pixelrow' },
      'libcublas.so.13': { by: 'pixelrow' },
      'libcurand.so.10': { path: join(loader, 'libcurand.so.10'), by: 'loader' },
    })
  })

  test("are found beside the user's python3, in conda's folder and in a toolkit", () => {
    writeFiles(join(folder, 'python'), {
      'bin/python3': '',
      'lib/python3.11/site-packages/nvidia/cublas/lib/libcublas.so.13': library,
    })
    writeFiles(join(folder, 'conda'), { 'lib/libcudart.so.13': library })
    writeFiles(join(folder, 'cuda'), { 'lib64/libcurand.so.10': library })
    vi.stubEnv('PATH', join(folder, 'python/bin'))
    vi.stubEnv('CONDA_PREFIX', join(folder, 'conda'))
    vi.stubEnv('CUDA_HOME', join(folder, 'cuda'))
    expect(found()).toMatchObject({
      'libcublas.so.13': { by: 'python' },
      'libcudart.so.13': { by: 'conda' },
      'libcurand.so.10': { by: 'toolkit' },
    })
  })
})
