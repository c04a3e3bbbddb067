import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  type PathLike,
  promises,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { providerOf, removeCuda, runtimeAt, type SetupCudaOptions, SetupError, setupCuda } from '@pixelrow/devices'
import { FileError } from '@pixelrow/files'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { withoutVariables } from './machines.ts'
import { commit, providerFiles, version, writeFiles, writeRuntime } from './runtimes.ts'
import { type ProviderWheelParts, writeProviderWheel } from './wheels.ts'

let folder: string
let cache: string
let entry: string
let binaries: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pixelrow-cuda-'))
  cache = join(folder, 'cache')
  ;({ entry, binaries } = writeRuntime(folder))
  withoutVariables(folder)
  // Nothing can be run, so nothing that is refused here was refused by a tool.
  vi.stubEnv('PATH', folder)
  vi.stubEnv('HOME', folder)
  vi.spyOn(process, 'platform', 'get').mockReturnValue('linux')
  vi.spyOn(process, 'arch', 'get').mockReturnValue('x64')
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

const wheel = (parts: ProviderWheelParts = {}) => writeProviderWheel(join(folder, 'given.whl'), parts)
const names = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so']
const [cuda = '', shared = ''] = names
const kept = () => join(cache, 'cuda/linux-x64', `${version}-${commit}`)
const setUp = (options: Partial<SetupCudaOptions> = {}) => setupCuda({ runtime: entry, cache, ...options })

/** The error of a set-up that leaves nothing behind, neither in the cache nor beside the runtime. */
async function failure(options: Partial<SetupCudaOptions> = {}): Promise<Error> {
  const before = readdirSync(binaries)
  const error: unknown = await setUp(options).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Error)
  expect(existsSync(cache) ? readdirSync(cache) : []).toEqual([])
  expect(readdirSync(binaries)).toEqual(before)
  return error as Error
}

describe('a wheel that is given', () => {
  test('comes into the cache with what is known of it, and is linked beside the runtime', async () => {
    const texts: string[] = []
    const setup = await setUp({ from: wheel(), onProgress: ({ text }) => texts.push(text) })
    expect(setup).toMatchObject({
      ...{ version, commit, cuda: '13.0', owner: 'pixelrow', folder: kept(), wasThere: false, works: false, gpus: [] },
      targets: { sass: [75, 80, 90, 120], ptx: [] },
      reason: expect.any(String),
    })
    expect(setup.placed.sort()).toEqual(names.map((name) => join(binaries, name)))
    for (const name of names) expect(readlinkSync(join(binaries, name))).toBe(join(kept(), name))
    expect(readdirSync(kept()).sort()).toEqual(['.complete', ...names, 'manifest.json'])
    expect(providerOf(runtimeAt(entry), { cache })).toMatchObject({
      owner: 'pixelrow',
      version,
      commit,
      cuda: 13,
      fits: true,
    })
    expect([...new Set(texts)]).toEqual([
      `Unpacking the CUDA provider of onnxruntime ${version}`,
      'Trying it in a process of its own',
    ])
  })

  test('names what is missing of NVIDIA with the command that brings it, cuDNN apart', async () => {
    const { install, libraries } = await setUp({ from: wheel() })
    const packages = 'nvidia-cuda-runtime~=13.0 nvidia-cublas~=13.0 nvidia-curand~=10.0'
    const command = `python3 -m pip install --upgrade --target ${join(cache, 'cuda/nvidia')} ${packages}`
    expect(libraries.find(({ library }) => library === 'libcudnn.so.9')?.neededFor).toBe('convolutions')
    expect(install).toEqual({ everything: command, convolutions: `${command} nvidia-cudnn-cu13~=9.0` })
  })

  test('names again what its command has brought, which pip replaces as a whole', async () => {
    const { 'libonnxruntime_providers_shared.so': library = Buffer.alloc(0) } = providerFiles()
    const brought = ['libcudart.so.13', 'libcublas.so.13', 'libcublasLt.so.13', 'libcurand.so.10']
    for (const name of brought) writeFiles(join(cache, 'cuda/nvidia/nvidia/cu13/lib'), { [name]: library })
    const { install } = await setUp({ from: wheel() })
    expect(install.everything).toBeUndefined()
    expect(install.convolutions).toMatch(/ nvidia-cuda-runtime~=13\.0 nvidia-cublas~=13\.0 .* nvidia-cudnn-cu13~=9\.0$/)
  })

  test.each<[string, ProviderWheelParts, string]>([
    ['of another version', { version: '1.29.0' }, 'found that of 1.29.0'],
    ['of another commit', { commit: '0123456789' }, 'found one of commit 0123456789'],
    ['of another project', { name: 'onnxruntime' }, 'found the wheel of onnxruntime'],
    ['for another machine', { tag: 'cp312-cp312-win_amd64' }, 'found one for cp312-cp312-win_amd64'],
    [
      'without the provider',
      { members: { [`onnxruntime/capi/${cuda}`]: undefined } },
      `found one without onnxruntime/capi/${cuda}`,
    ],
    [
      'without a commit',
      { members: { [`onnxruntime/capi/libonnxruntime.so.${version}`]: undefined } },
      'found one of commit unknown',
    ],
    [
      'whose provider is of another version',
      { members: { [`onnxruntime/capi/${cuda}`]: providerFiles({ texts: ['1.28.0'] })[cuda] } },
      'found a provider of 1.28.0 in it',
    ],
    [
      'whose provider is no library',
      { members: { [`onnxruntime/capi/${cuda}`]: 'text' } },
      'found a provider of an unknown version in it',
    ],
  ])('%s is refused, and leaves nothing', async (_, parts, problem) => {
    const from = wheel(parts)
    const error = await failure({ from })
    expect(error).toBeInstanceOf(SetupError)
    expect((error as SetupError).code).toBe('DEVICES_WHEEL_OTHER')
    expect(error.message).toContain(
      `${from}: expected the CUDA provider of onnxruntime ${version} (commit ${commit}) for linux on x64, `,
    )
    expect(error.message).toContain(problem)
  })

  test('that is another zip, no zip, cut, damaged or not there is refused, and leaves nothing', async () => {
    writeFileSync(join(folder, 'text.whl'), 'no zip at all')
    const whole = readFileSync(wheel())
    writeFileSync(join(folder, 'cut.whl'), whole.subarray(0, whole.length / 2))
    const damaged = Buffer.from(whole)
    const inside = whole.indexOf(`onnxruntime/capi/${cuda}`) + 60
    damaged.fill(0, inside, inside + 20)
    writeFileSync(join(folder, 'damaged.whl'), damaged)
    for (const name of ['text.whl', 'cut.whl', 'damaged.whl', 'missing.whl']) {
      const error = await failure({ from: join(folder, name) })
      expect(error, name).toBeInstanceOf(FileError)
      expect(error.message).toContain(join(folder, name))
    }
  })
})

describe('a folder that is given', () => {
  const given = () => join(folder, 'given')
  const library = () => readFileSync(join(binaries, 'libonnxruntime.so.1'))

  test.each(['', 'onnxruntime/capi'])('may hold what a wheel unpacks to, in %j', async (place) => {
    writeFiles(join(given(), place), { ...providerFiles(), [`libonnxruntime.so.${version}`]: library() })
    expect(await setUp({ from: given() })).toMatchObject({ commit, cuda: '13', wasThere: false })
    expect(readFileSync(join(binaries, cuda))).toEqual(providerFiles()[cuda])
  })

  test('may hold the wheel, among others', async () => {
    mkdirSync(given())
    for (const each of [version, '1.29.0'])
      writeProviderWheel(join(given(), `onnxruntime_gpu-${each}-cp312-cp312-x.whl`), { version: each })
    expect(await setUp({ from: given() })).toMatchObject({ version, cuda: '13.0' })
  })

  test("may be another machine's part of the cache", async () => {
    const other = join(folder, 'other')
    await setupCuda({ runtime: entry, cache: other, from: wheel() })
    await removeLinks()
    expect(await setUp({ from: join(other, 'cuda/linux-x64', `${version}-${commit}`) })).toMatchObject({ cuda: '13.0' })
  })

  test('of another version, of no known commit, or without a provider is refused', async () => {
    writeFiles(given(), { ...providerFiles({ texts: ['1.29.0'] }), 'libonnxruntime.so.1.29.0': library() })
    expect((await failure({ from: given() })).message).toContain('found that of 1.29.0')
    rmSync(given(), { recursive: true })
    writeFiles(given(), providerFiles())
    expect((await failure({ from: given() })).message).toContain('found one of commit unknown')
    rmSync(join(given(), shared))
    expect((await failure({ from: given() })).message).toContain(`found no ${shared} and ${cuda} in it`)
  })
})

const removeLinks = async () => {
  for (const name of names) unlinkSync(join(binaries, name))
}

describe('a second set-up', () => {
  test('after a reinstall finds the cache and links again, with no wheel and no tool', async () => {
    await setUp({ from: wheel() })
    rmSync(join(folder, 'given.whl'))
    expect(await setUp()).toMatchObject({ wasThere: true, placed: [] })
    await removeLinks()
    const texts: string[] = []
    const setup = await setUp({ onProgress: ({ text }) => texts.push(text) })
    expect(setup).toMatchObject({ wasThere: true, folder: kept() })
    expect(setup.placed).toHaveLength(2)
    expect(texts[0]).toBe(`The provider of onnxruntime ${version} is in the cache already`)
  })

  test('mends links whose cache was deleted, and a file in the cache that was changed', async () => {
    await setUp({ from: wheel() })
    rmSync(cache, { recursive: true })
    expect(await setUp({ from: wheel() })).toMatchObject({ wasThere: false })
    chmodSync(join(kept(), cuda), 0o644)
    writeFileSync(join(kept(), cuda), 'changed')
    expect(providerOf(runtimeAt(entry), { cache })).toMatchObject({ owner: 'other', fits: false })
    expect(await setUp({ from: wheel() })).toMatchObject({ wasThere: false })
    expect(providerOf(runtimeAt(entry), { cache })).toMatchObject({ owner: 'pixelrow', fits: true })
  })

  test('takes copies for its own', async () => {
    await setUp({ from: wheel() })
    for (const name of names) {
      const data = readFileSync(join(binaries, name))
      unlinkSync(join(binaries, name))
      writeFileSync(join(binaries, name), data)
    }
    expect(providerOf(runtimeAt(entry), { cache })).toMatchObject({ owner: 'pixelrow', commit })
    expect(await setUp()).toMatchObject({ wasThere: true, placed: [] })
    expect((await removeCuda({ runtime: entry, cache })).slice(0, 2).sort()).toEqual(
      names.map((name) => join(binaries, name)),
    )
  })
})

describe('files that others have placed', () => {
  test('of another version stay and are named, with the command that removes them', async () => {
    writeFiles(binaries, providerFiles({ texts: ['1.29.0'] }))
    const error = (await failure({ from: wheel() })) as SetupError
    const files = [shared, cuda].map((name) => join(binaries, name))
    expect(error.code).toBe('DEVICES_PROVIDER_FOREIGN')
    expect(error.params).toEqual({ files, version, found: 'one of version 1.29.0 for CUDA 13' })
    const [, command = ''] = /Remove it \((.*)\), and repeat/.exec(error.message) ?? []
    expect(command).toBe(`rm ${files.join(' ')}`)
    for (const file of command.split(' ').slice(1)) unlinkSync(file)
    expect(await setUp({ from: wheel() })).toMatchObject({ owner: 'pixelrow' })
  })

  test('of the script that comes with onnxruntime-node are kept where they fit, unless others are given', async () => {
    writeFiles(binaries, providerFiles({ needed: ['libcudart.so.12', 'libcublas.so.12'] }))
    const setup = await setUp()
    expect(setup).toMatchObject({ owner: 'onnxruntime-node', cuda: '12', folder: binaries, placed: [], wasThere: true })
    expect(setup.libraries.map(({ library }) => library)).toContain('libcublas.so.12')
    expect(existsSync(cache)).toBe(false)
    expect(await failure({ from: wheel() })).toBeInstanceOf(SetupError)
    expect(await removeCuda({ runtime: entry, cache })).toEqual([])
    expect(existsSync(join(binaries, cuda))).toBe(true)
  })

  test('as a link to somewhere else stay', async () => {
    symlinkSync(join(folder, 'elsewhere'), join(binaries, cuda))
    expect((await failure({ from: wheel() })).message).toContain(join(binaries, cuda))
    expect(await removeCuda({ runtime: entry, cache })).toEqual([])
  })
})

describe('without a wheel', () => {
  /** What answers as a Python with pip, and then does what the test says. */
  function python(script: string): string {
    const file = join(folder, 'python-of-test')
    const version = "if (process.argv.includes('--version')) console.log('pip 25.0 from x (python 3.12)')"
    const dest = "process.argv[process.argv.indexOf('--dest') + 1]"
    writeFileSync(
      file,
      `#!${process.execPath}\nconst fs = require('fs')\n${version}\nelse { const dest = ${dest}; ${script} }\n`,
    )
    chmodSync(file, 0o755)
    return file
  }

  test("pip is asked for exactly the runtime's version, for this machine", async () => {
    const [args, name] = [join(folder, 'args'), `onnxruntime_gpu-${version}-cp312-cp312-x.whl`]
    const script = `fs.writeFileSync(${JSON.stringify(args)}, JSON.stringify(process.argv.slice(2)))
      fs.copyFileSync(${JSON.stringify(wheel())}, dest + '/${name}')`
    vi.stubEnv('PYTHON', python(script))
    const texts: string[] = []
    expect(await setUp({ onProgress: ({ text }) => texts.push(text) })).toMatchObject({
      wasThere: false,
      placed: { length: 2 },
    })
    const asked: string[] = JSON.parse(readFileSync(args, 'utf8'))
    expect(asked.slice(0, 4)).toEqual(['-m', 'pip', 'download', '--no-deps'])
    expect(asked).toEqual(
      expect.arrayContaining(['--platform', 'manylinux_2_28_x86_64', `onnxruntime-gpu==${version}`]),
    )
    expect(readdirSync(kept()).sort()).toEqual(['.complete', ...names, 'manifest.json'])
    expect(texts.slice(0, 2)).toEqual([
      'Found Python 3.12 with pip 25.0',
      `Downloading onnxruntime-gpu ${version} (about 247 MB) with pip`,
    ])
  })

  test('a pip that fetches another build, fails or is not there is told, and leaves nothing', async () => {
    const { message } = await failure()
    expect(message).toMatch(
      /^Python's pip is needed to fetch onnxruntime-gpu's wheel, and there is no python3 or python\. /,
    )
    expect(message).toMatch(
      new RegExp(`\\(pip download .* onnxruntime-gpu==${version}\\), and pass the file with --from\\.$`),
    )
    vi.stubEnv('PYTHON', python("console.error('no such version'); process.exitCode = 1"))
    expect((await failure()).message).toContain(`onnxruntime-gpu ${version}: pip failed:\nno such version\n`)
    vi.stubEnv('PYTHON', python(`fs.copyFileSync(${JSON.stringify(wheel({ commit: '123456789' }))}, dest + '/x.whl')`))
    expect((await failure()).message).toContain('found one of commit 123456789')
  })

  test('an abort ends pip and leaves nothing', async () => {
    const controller = new AbortController()
    const enough = new Error('enough')
    vi.stubEnv('PYTHON', python("fs.writeFileSync(dest + '/x.whl', 'half'); setInterval(() => {}, 1000)"))
    const onProgress = ({ bytes = 0 }) => bytes > 0 && controller.abort(enough)
    expect(await failure({ signal: controller.signal, onProgress })).toBe(enough)
  })
})

test('an abort while it is unpacked, and a signal that is aborted already, leave nothing', async () => {
  const controller = new AbortController()
  const onProgress = () => controller.abort(new Error('enough'))
  expect(await failure({ from: wheel(), signal: controller.signal, onProgress })).toEqual(new Error('enough'))
  expect(await failure({ from: wheel(), signal: AbortSignal.abort(new Error('no more')) })).toEqual(
    new Error('no more'),
  )
})

test('a folder in the way is named', async () => {
  mkdirSync(join(binaries, cuda))
  const error = await failure({ from: wheel() })
  expect(error).toMatchObject({ code: 'DEVICES_PROVIDER_FOREIGN', params: { files: [join(binaries, cuda)] } })
})

test.each([
  ['darwin', 'arm64'],
  ['win32', 'x64'],
  ['linux', 'arm64'],
])('%s on %s is refused in a sentence', async (platform, arch) => {
  vi.spyOn(process, 'platform', 'get').mockReturnValue(platform as NodeJS.Platform)
  vi.spyOn(process, 'arch', 'get').mockReturnValue(arch as NodeJS.Architecture)
  const { message } = await failure()
  expect(message).toBe(
    `onnxruntime-node is built with CUDA for Linux on x64 alone; found ${platform} on ${arch}. ` +
      'WebGPU uses the GPUs of other machines (--device webgpu).',
  )
})

test('a GPU is told with whether the provider has code for it', async () => {
  const smi = join(folder, 'nvidia-smi')
  const cards = 'NVIDIA H200, 9.0, 580.82.07, 143771\\nTesla V100-SXM2-16GB, 7.0, 580.82.07, 16384'
  writeFileSync(smi, `#!${process.execPath}\nconsole.log('${cards}')\n`)
  chmodSync(smi, 0o755)
  expect((await setUp({ from: wheel() })).gpus).toEqual([
    { name: 'NVIDIA H200', capability: '9.0', driver: '580.82.07', memory: 143771 * 2 ** 20, hasCode: true },
    { name: 'Tesla V100-SXM2-16GB', capability: '7.0', driver: '580.82.07', memory: 2 ** 34, hasCode: false },
  ])
})

test('removing takes away links and cache, and a second time finds nothing', async () => {
  await setUp({ from: wheel() })
  writeFiles(join(cache, 'cuda/nvidia'), { 'x/y': '' })
  writeFiles(cache, { 'digits-2/x': '' })
  expect((await removeCuda({ runtime: entry, cache })).sort()).toEqual(
    [...names.map((name) => join(binaries, name)), join(cache, 'cuda')].sort(),
  )
  expect(readdirSync(binaries)).toEqual(['libonnxruntime.so.1'])
  expect(readdirSync(cache)).toEqual(['digits-2'])
  expect(await removeCuda({ runtime: entry, cache })).toEqual([])
  expect(realpathSync(cache)).toBeTruthy()
})

describe('a disk', () => {
  /** Has one of Node's functions fail where `fails` says so; the package sees that through its imports. */
  function failing(name: 'symlink' | 'rename', code: string, fails: (path: string) => boolean): void {
    const real: (from: PathLike, to: PathLike) => Promise<void> = promises[name]
    vi.spyOn(promises, name).mockImplementation(async (from: PathLike, to: PathLike) => {
      if (fails(String(to))) throw Object.assign(new Error(`${code}: ${name}`), { code, syscall: name })
      await real(from, to)
    })
    syncBuiltinESMExports()
  }

  afterEach(() => {
    vi.restoreAllMocks()
    syncBuiltinESMExports()
  })

  test('without links gets copies, which are taken for ours', async () => {
    failing('symlink', 'EPERM', () => true)
    expect((await setUp({ from: wheel() })).placed).toHaveLength(2)
    for (const name of names) expect(lstatSync(join(binaries, name)).isFile()).toBe(true)
    expect(providerOf(runtimeAt(entry), { cache })).toMatchObject({ owner: 'pixelrow', commit, fits: true })
  })

  test('on which the last file cannot be placed keeps none beside the runtime; what was fetched is not lost', async () => {
    failing('rename', 'EROFS', (path) => path === join(binaries, cuda))
    const before = readdirSync(binaries)
    const error: unknown = await setUp({ from: wheel() }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(FileError)
    expect(String(error)).toContain(`${join(binaries, cuda)}: cannot be written: ${binaries} is on a read-only disk.`)
    expect(readdirSync(binaries)).toEqual(before)
    vi.restoreAllMocks()
    syncBuiltinESMExports()
    expect(await setUp()).toMatchObject({ wasThere: true, placed: { length: 2 } })
  })

  test('that is too small is told before anything is written', async () => {
    const stats = await promises.statfs(folder)
    vi.spyOn(promises, 'statfs').mockResolvedValue({ ...stats, bavail: 0 })
    syncBuiltinESMExports()
    const error = (await failure({ from: wheel() })) as SetupError
    expect(error.code).toBe('DEVICES_DISK_FULL')
    expect(error.params).toMatchObject({ free: 0, folder: cache, needed: expect.any(Number) })
  })
})
