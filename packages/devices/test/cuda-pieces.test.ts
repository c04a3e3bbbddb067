import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { attemptOf, type DeviceReport, type LookOptions, lookAtDevices, surveyDevices } from '@pixelrow/devices'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runtimeCopy } from './copies.ts'
import { type MachineParts, withoutVariables, writeMachine } from './machines.ts'
import { needed, providerFiles, writeFiles, writeRuntime } from './runtimes.ts'

let folder: string
let cache: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pixelrow-pieces-'))
  cache = join(folder, 'cache')
  withoutVariables(join(folder, 'home'))
  vi.stubEnv('PATH', folder)
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

/** All libraries that CUDA 13 needs here. */
const libraries = [...needed, 'libcudnn.so.9']
/** A machine with a card, its driver and all libraries. */
const whole: MachineParts = { cards: ['0x10de'], driver: '580.82.07', gpus: ['NVIDIA H200'], libraries }

/** A machine, and the provider beside onnxruntime. */
interface Parts extends MachineParts {
  provider?: Record<string, Buffer>
}

function write({ provider = providerFiles(), ...parts }: Parts): LookOptions {
  const { entry, binaries } = writeRuntime(folder)
  writeFiles(binaries, provider)
  return { runtime: entry, root: writeMachine(join(folder, 'machine'), parts), cache, devices: ['cuda'] }
}

const look = (parts: Parts): DeviceReport => lookAtDevices(write(parts))[0]!
const missing = ({ findings }: DeviceReport) => findings.filter(({ ok }) => !ok).map(({ piece }) => piece)
const without = (name: string): Parts => ({ ...whole, libraries: libraries.filter((library) => library !== name) })
const { 'libonnxruntime_providers_cuda.so': half = Buffer.alloc(0) } = providerFiles()
const setup = 'pixelrow setup cuda'
const pip = (packages: string) => `python3 -m pip install --upgrade --target CACHE/cuda/nvidia ${packages}`

test('a machine with card, driver, provider and libraries works', () => {
  const report = look(whole)
  expect(report).toMatchObject({ device: 'cuda', works: true, name: 'NVIDIA H200' })
  expect(report.findings.map(({ piece, ok }) => [piece, ok])).toEqual(
    ['runtime', 'gpu', 'driver', 'libcuda', 'provider', 'cudart', 'cublas', 'curand', 'cudnn'].map((piece) => [
      piece,
      true,
    ]),
  )
  expect(report.findings.find(({ piece }) => piece === 'provider')?.found).toBe('1.30.0, for CUDA 13, placed by hand')
  expect(attemptOf(report)).toBeUndefined()
})

test.each<[string, Parts, { piece: string; reason: string | RegExp; fix: string | RegExp }]>([
  [
    'the driver',
    { cards: ['0x10de'], libraries },
    {
      piece: 'driver',
      reason: /^NVIDIA's kernel driver is not loaded/,
      fix: /^Install NVIDIA's driver, 580 or later .*\.$/,
    },
  ],
  [
    'a driver that is new enough',
    { ...whole, driver: '535.183.01' },
    {
      piece: 'driver',
      reason: "NVIDIA's driver 535.183.01 is too old for CUDA 13, which needs 580 or later",
      fix: /^Install NVIDIA's driver/,
    },
  ],
  [
    'libcuda',
    without('libcuda.so.1'),
    {
      piece: 'libcuda',
      reason: "the driver's library is missing: there is no libcuda.so.1",
      fix: /^Install the library of the driver's own version .*\.$/,
    },
  ],
  [
    'the provider',
    { ...whole, provider: {} },
    {
      piece: 'provider',
      reason:
        "onnxruntime's CUDA provider is missing: no libonnxruntime_providers_shared.so and no libonnxruntime_providers_cuda.so beside its binary",
      fix: setup,
    },
  ],
  [
    'half of the provider',
    { ...whole, provider: { 'libonnxruntime_providers_cuda.so': half } },
    {
      piece: 'provider',
      reason: /missing: no libonnxruntime_providers_shared\.so beside/,
      fix: /^rm \S+cuda\.so && pixelrow setup cuda$/,
    },
  ],
  [
    "a provider of onnxruntime's version",
    { ...whole, provider: providerFiles({ texts: ['1.29.0'] }) },
    {
      piece: 'provider',
      reason: "onnxruntime's CUDA provider is of version 1.29.0, and must be of 1.30.0: another one computes wrongly",
      fix: /^rm \S+shared\.so \S+cuda\.so && pixelrow setup cuda$/,
    },
  ],
  [
    'cudart',
    without('libcudart.so.13'),
    { piece: 'cudart', reason: 'libcudart.so.13 is missing', fix: pip('nvidia-cuda-runtime~=13.0') },
  ],
  [
    'cublas',
    without('libcublas.so.13'),
    { piece: 'cublas', reason: 'libcublas.so.13 is missing', fix: pip('nvidia-cublas~=13.0') },
  ],
  [
    'curand',
    without('libcurand.so.10'),
    { piece: 'curand', reason: 'libcurand.so.10 is missing', fix: pip('nvidia-curand~=10.0') },
  ],
])('%s is missing: that piece is named, and nothing else', (_, parts, { piece, reason, fix }) => {
  const report = look(parts)
  const expected = typeof fix === 'string' ? fix.replace('CACHE', cache) : expect.stringMatching(fix)
  expect(missing(report)).toEqual([piece])
  expect(report).toMatchObject({ works: false, fix: expected })
  if (typeof reason === 'string') expect(report.reason).toBe(reason)
  else expect(report.reason).toMatch(reason)
  expect(attemptOf(report)).toEqual({ device: 'cuda', error: report.reason, fix: report.fix })
})

test('without cuDNN, what convolves is left out, and the device works', () => {
  const report = look(without('libcudnn.so.9'))
  expect(report.works).toBe(true)
  expect(report.findings.at(-1)).toEqual({
    piece: 'cudnn',
    ok: false,
    optional: true,
    reason: 'libcudnn.so.9 is missing, without which nothing convolves or pools',
    fix: pip('nvidia-cudnn-cu13~=9.0').replace('CACHE', cache),
  })
})

test('one command brings all libraries, and keeps those that it has brought', () => {
  const own = join(cache, 'cuda/nvidia/nvidia/cu13/lib')
  writeFiles(own, { 'libcurand.so.10': '' })
  const { findings, fix } = look({ ...whole, libraries: ['libcuda.so.1'] })
  const packages = 'nvidia-cuda-runtime~=13.0 nvidia-cublas~=13.0 nvidia-curand~=10.0'
  expect(fix).toBe(pip(packages).replace('CACHE', cache))
  expect(findings.find(({ piece }) => piece === 'cudnn')?.fix).toBe(
    pip(`${packages} nvidia-cudnn-cu13~=9.0`).replace('CACHE', cache),
  )
})

test('a machine without an NVIDIA GPU needs no driver, and no command helps', () => {
  expect(look({ cards: ['0x1002'] })).toMatchObject({
    works: false,
    reason: 'this machine has no NVIDIA GPU',
    fix: 'No command can mend that: CUDA runs on NVIDIA GPUs alone.',
  })
})

test('a container that was not given its GPU is told how to be started', () => {
  const parts = without('libcuda.so.1')
  expect(look({ ...parts, devices: ['/.dockerenv'] }).fix).toMatch(
    /^Start the container with its GPU: docker run --gpus all/,
  )
})

test('Ubuntu has a command for the driver', () => {
  vi.spyOn(process, 'getuid').mockReturnValue(1000)
  const { fix } = look({ cards: ['0x10de'], system: { id: 'ubuntu', like: 'debian' } })
  expect(fix).toBe('sudo apt install ubuntu-drivers-common && sudo ubuntu-drivers install')
})

test("Windows' driver inside of its subsystem for Linux counts", () => {
  const { findings } = look({ libraries, devices: ['/dev/dxg'] })
  expect(findings.find(({ piece }) => piece === 'driver')).toEqual({ piece: 'driver', ok: true, found: 'of Windows' })
})

test('what is in the way of the right provider is removed by the command that is printed', () => {
  const options = write({ ...whole, provider: providerFiles({ texts: ['1.29.0'] }) })
  const [removal = ''] = lookAtDevices(options)[0]!.fix!.split(` && ${setup}`)
  execFileSync('/bin/sh', ['-c', removal], { env: { PATH: '/usr/bin:/bin' } })
  expect(lookAtDevices(options)[0]).toMatchObject({ reason: expect.stringMatching(/provider is missing/), fix: setup })
})

test.each([
  ['darwin', 'arm64', 'platform'],
  ['win32', 'arm64', 'platform'],
])('%s on %s has no CUDA', (platform, arch, piece) => {
  vi.spyOn(process, 'platform', 'get').mockReturnValue(platform as NodeJS.Platform)
  vi.spyOn(process, 'arch', 'get').mockReturnValue(arch as NodeJS.Architecture)
  const report = look({})
  expect(missing(report)).toEqual([piece])
  expect(report.fix).toBe('No command can mend that. WebGPU uses the GPUs of other machines (--device webgpu).')
})

test('a path that is no onnxruntime-node is the first thing to say', () => {
  const [report] = lookAtDevices({ runtime: join(folder, 'nothing.js'), devices: ['cuda'] })
  expect(report?.findings).toMatchObject([{ piece: 'runtime', ok: false }])
  expect(report?.fix).toBe('npm i @pixelrow/runtime')
})

describe('tried with onnxruntime itself', () => {
  /** `nvidia-smi`, as the driver of one card brings it. */
  function withCard(name: string, capability: string): void {
    const script = join(folder, 'nvidia-smi')
    writeFileSync(script, `#!/bin/sh\necho '${name}, ${capability}, 580.82.07, 143771'\n`)
    chmodSync(script, 0o755)
    vi.stubEnv('PATH', [folder, '/usr/bin', '/bin'].join(delimiter))
  }

  async function survey(provider = providerFiles()): Promise<DeviceReport> {
    const { entry, binaries } = runtimeCopy(folder)
    writeFiles(binaries, provider)
    const root = writeMachine(join(folder, 'machine'), whole)
    return (await surveyDevices({ runtime: entry, root, cache, devices: ['cuda'] }))[0]!
  }

  test('a card that the provider has no code for is named, and needs no trial', async () => {
    withCard('Tesla V100-SXM2-16GB', '7.0')
    const report = await survey()
    expect(report).toMatchObject({
      works: false,
      name: 'Tesla V100-SXM2-16GB',
      reason: 'the provider has no code for Tesla V100-SXM2-16GB (compute capability 7.0), but for 7.5, 8.0, 9.0, 12.0',
      fix: 'No command can mend that; the device webgpu uses this card.',
    })
    expect(report.findings.at(-1)?.piece).toBe('gpu-code')
  })

  test('a provider that is no library is told in the loader’s words, which onnxruntime keeps from JavaScript', async () => {
    withCard('NVIDIA H200', '9.0')
    const report = await survey()
    expect(report.findings.at(-1)).toMatchObject({ piece: 'trial', ok: false })
    expect(report.reason).toMatch(/^libonnxruntime_providers_shared\.so: /)
    expect(report.reason).not.toContain('Failed to load shared library')
  })
})
