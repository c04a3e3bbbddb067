import {
  chmodSync,
  lstatSync,
  mkdirSync,
  type PathLike,
  promises,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { providerOf, runtimeAt, type SetupError } from '@pixelrow/devices'
import { FileError } from '@pixelrow/files'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { at, failure, kept, names, setUp, usePlace, wheel } from './cuda-place.ts'
import { commit, version } from './runtimes.ts'

usePlace()

const [cuda, _shared] = names

describe('without a wheel', () => {
  /** What answers as a Python with pip, and then does what the test says. */
  function python(script: string): string {
    const file = join(at.folder, 'python-of-test')
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
    const [args, name] = [join(at.folder, 'args'), `onnxruntime_gpu-${version}-cp312-cp312-x.whl`]
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
  mkdirSync(join(at.binaries, cuda))
  const error = await failure({ from: wheel() })
  expect(error).toMatchObject({ code: 'DEVICES_PROVIDER_FOREIGN', params: { files: [join(at.binaries, cuda)] } })
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
  const smi = join(at.folder, 'nvidia-smi')
  const cards = 'NVIDIA H200, 9.0, 580.82.07, 143771\\nTesla V100-SXM2-16GB, 7.0, 580.82.07, 16384'
  writeFileSync(smi, `#!${process.execPath}\nconsole.log('${cards}')\n`)
  chmodSync(smi, 0o755)
  expect((await setUp({ from: wheel() })).gpus).toEqual([
    { name: 'NVIDIA H200', capability: '9.0', driver: '580.82.07', memory: 143771 * 2 ** 20, hasCode: true },
    { name: 'Tesla V100-SXM2-16GB', capability: '7.0', driver: '580.82.07', memory: 2 ** 34, hasCode: false },
  ])
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
    for (const name of names) expect(lstatSync(join(at.binaries, name)).isFile()).toBe(true)
    expect(providerOf(runtimeAt(at.entry), { cache: at.cache })).toMatchObject({
      owner: 'pixelrow',
      commit,
      fits: true,
    })
  })

  test('on which the last file cannot be placed keeps none beside the runtime; what was fetched is not lost', async () => {
    failing('rename', 'EROFS', (path) => path === join(at.binaries, cuda))
    const before = readdirSync(at.binaries)
    const error: unknown = await setUp({ from: wheel() }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(FileError)
    expect(String(error)).toContain(
      `${join(at.binaries, cuda)}: cannot be written: ${at.binaries} is on a read-only disk.`,
    )
    expect(readdirSync(at.binaries)).toEqual(before)
    vi.restoreAllMocks()
    syncBuiltinESMExports()
    expect(await setUp()).toMatchObject({ wasThere: true, placed: { length: 2 } })
  })

  test('that is too small is told before anything is written', async () => {
    const stats = await promises.statfs(at.folder)
    vi.spyOn(promises, 'statfs').mockResolvedValue({ ...stats, bavail: 0 })
    syncBuiltinESMExports()
    const error = (await failure({ from: wheel() })) as SetupError
    expect(error.code).toBe('DEVICES_DISK_FULL')
    expect(error.params).toMatchObject({ free: 0, folder: at.cache, needed: expect.any(Number) })
  })
})
