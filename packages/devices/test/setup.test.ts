import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { builtTfjs, removeTfjs, SetupError, type SetupTfjsOptions, setupTfjs } from '@pixelrow/devices'
import { cached, FileError } from '@pixelrow/files'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type WheelParts, writeWheel } from './wheels.ts'

let folder: string
let cache: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pixelrow-devices-'))
  cache = join(folder, 'cache')
  // Nothing can be run, so nothing that is refused here was refused by a tool.
  vi.stubEnv('PATH', folder)
  vi.stubEnv('CXX', undefined)
  vi.stubEnv('PYTHON', undefined)
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

/** The error of a set-up that leaves nothing behind. */
async function failure(options: SetupTfjsOptions = {}): Promise<Error> {
  const error: unknown = await setupTfjs({ cache, ...options }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Error)
  expect(existsSync(cache)).toBe(false)
  return error as Error
}

describe('without the tools', () => {
  test('a missing compiler is named, with how to get one', async () => {
    const error = await failure()
    expect(error).toBeInstanceOf(SetupError)
    expect(error.message).toMatch(
      /^A C\+\+ compiler is needed, and there is none \(looked for c\+\+, g\+\+ and clang\+\+\)\. /,
    )
    expect((error as SetupError).advice).toContain('sudo apt install g++. Fedora: sudo dnf install gcc-c++.')
  })

  test('CXX is what is tried, and nothing else', async () => {
    vi.stubEnv('CXX', 'no-such-compiler -m64')
    expect((await failure()).message).toContain('($CXX is "no-such-compiler -m64", which does not run)')
  })

  test('a compiler that compiles nothing is told with its own words', async () => {
    const script = join(folder, 'half.mjs')
    writeFileSync(
      script,
      "if (!process.argv.includes('--version')) { console.error('half: no linker'); process.exit(1) }",
    )
    vi.stubEnv('CXX', `${process.execPath} ${script}`)
    expect((await failure()).message).toMatch(/cannot make a library of C\+\+17:\nhalf: no linker\nDebian and Ubuntu:/)
  })
})

test.each([
  ['darwin', 'arm64', 'darwin on arm64'],
  ['linux', 'arm64', 'linux on arm64'],
  ['win32', 'x64', 'win32 on x64'],
])('%s on %s is refused in a sentence', async (platform, arch, found) => {
  const before = [process.platform, process.arch] as const
  const pretend = ([platform, arch]: readonly [string, string]) =>
    Object.defineProperties(process, { platform: { value: platform }, arch: { value: arch } })
  try {
    pretend([platform, arch])
    const error = await failure()
    expect(error.message).toContain(
      `Linux on x64 with glibc 2.27 or later, and was not tried on anything else; found ${found}.`,
    )
    expect((error as SetupError).advice).toContain('--engine onnxruntime')
  } finally {
    pretend(before)
  }
})

describe('a wheel that is given', () => {
  const wheel = (parts: WheelParts = {}) => writeWheel(join(folder, 'given.whl'), parts)

  test.each<[string, WheelParts, SetupTfjsOptions, string]>([
    ['of another project', { name: 'torch' }, {}, 'found the wheel of torch'],
    [
      'for another machine',
      { tag: 'cp312-cp312-macosx_12_0_arm64' },
      {},
      'found one for cp312-cp312-macosx_12_0_arm64',
    ],
    ['of a pre-release', { version: '2.22.0rc0' }, {}, 'found the pre-release 2.22.0rc0'],
    [
      'without a library',
      { members: { 'tensorflow/libtensorflow_cc.so.2': undefined } },
      {},
      'found one without tensorflow/libtensorflow_cc.so.2',
    ],
    ['without CUDA', {}, { gpu: true }, 'expected a wheel with CUDA, found one for the CPU alone'],
    ['with CUDA', { cuda: true, name: 'tensorflow' }, {}, 'expected a wheel for the CPU, found one built with CUDA'],
  ])('%s is refused', async (_, parts, options, problem) => {
    const from = wheel(parts)
    const error = await failure({ from, ...options })
    expect(error).toBeInstanceOf(SetupError)
    expect(error.message).toContain(`${from}: expected `)
    expect(error.message).toContain(problem)
  })

  test('that is another zip, no zip, cut, or not there is refused', async () => {
    const other = wheel({ name: 'x', members: { 'x-2.21.0.dist-info/METADATA': undefined } })
    expect((await failure({ from: other })).message).toContain('found a zip that is no wheel')
    writeFileSync(join(folder, 'text.whl'), 'no zip at all')
    const whole = readFileSync(wheel())
    writeFileSync(join(folder, 'cut.whl'), whole.subarray(0, whole.length / 2))
    for (const name of ['text.whl', 'cut.whl', 'missing.whl', '.']) {
      const error = await failure({ from: join(folder, name) })
      expect(error, name).toBeInstanceOf(FileError)
      expect(error.message).toContain(join(folder, name))
    }
  })

  test('that is right is read first, and then the tools are looked for', async () => {
    expect((await failure({ from: wheel() })).message).toMatch(/^A C\+\+ compiler is needed/)
    expect((await failure({ from: wheel({ cuda: true, name: 'tensorflow' }), gpu: true })).message).toMatch(/^A C\+\+/)
  })
})

test('a signal that is aborted already ends it', async () => {
  expect(await failure({ signal: AbortSignal.abort(new Error('no more')) })).toEqual(new Error('no more'))
})

test('a build that does not load is told, and stays for whoever wants to look', async () => {
  const build = await cached(
    `tfjs/${process.platform}-${process.arch}/cpu-2.21.0`,
    async (partial) => {
      const entry = join(partial, 'node_modules/@tensorflow/tfjs-node/dist')
      mkdirSync(entry, { recursive: true })
      writeFileSync(join(entry, 'index.js'), "throw new Error('wrong ELF class')")
      writeFileSync(join(partial, 'about.json'), JSON.stringify({ tfjsNode: '4.22.0' }))
    },
    { folder: cache },
  )
  const error: unknown = await setupTfjs({ cache }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(SetupError)
  expect(String(error)).toMatch(
    /The addon does not load: exit code 1:\n[\s\S]*wrong ELF class[\s\S]*pixelrow setup tfjs --remove/,
  )
  expect(builtTfjs({ cache })?.folder).toBe(build)
})

describe('removing', () => {
  const make = (key: string) => cached(key, async () => {}, { folder: cache })

  test('takes away all builds, and what a killed set-up has left', async () => {
    const machine = `tfjs/${process.platform}-${process.arch}`
    const folders = [await make(`${machine}/gpu-2.21.0`), await make(`${machine}/cpu-2.21.0`)]
    await make('tfjs/another-machine/cpu-2.21.0')
    await make('digits-2')
    mkdirSync(join(cache, machine, '.cpu-2.20.0.1b.partial'))
    mkdirSync(join(cache, '.tfjs.2c.removed'))
    expect((await removeTfjs({ cache })).map((build) => build.folder)).toEqual(folders)
    expect(builtTfjs({ cache })).toBeUndefined()
    expect(readdirSync(cache)).toEqual(['digits-2'])
  })

  test('of nothing is no error', async () => {
    expect(await removeTfjs({ cache })).toEqual([])
    expect(existsSync(cache)).toBe(false)
  })
})
