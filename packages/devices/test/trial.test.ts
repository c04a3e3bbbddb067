import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DeviceName, type DeviceReport, type SurveyOptions, surveyDevices } from '@pixelrow/devices'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { trialModels } from '../scripts/trial-models.mjs'
import { models } from '../src/trial/models.ts'
import { runtimeOf } from './copies.ts'
import { libraryHead, withoutVariables, writeMachine } from './machines.ts'

const runtime = createRequire(import.meta.url).resolve('onnxruntime-node')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pixelrow-trial-'))
  withoutVariables(join(folder, 'home'))
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

async function survey(device: DeviceName, options: Partial<SurveyOptions> = {}): Promise<DeviceReport> {
  return (await surveyDevices({ runtime, devices: [device], ...options }))[0]!
}

test('the models of the trial are what their script makes', () => {
  expect(models).toEqual(trialModels())
})

test('the CPU computes rightly, and is measured', async () => {
  const report = await survey('cpu')
  expect(report).toMatchObject({ device: 'cpu', works: true, name: expect.any(String), trial: { convolves: true } })
  for (const ms of ['sessionMs', 'firstRunMs', 'runMs'] as const) expect(report.trial?.[ms]).toBeGreaterThan(0)
  expect(report.findings.at(-1)).toMatchObject({
    piece: 'trial',
    ok: true,
    found: expect.stringMatching(/^product and convolution are right; session /),
  })
})

describe('a runtime that breaks in its own process is a finding', () => {
  const real = `const real = require(${JSON.stringify(runtime)})`
  const altered = (run: string) => `${real}
    class InferenceSession {
      static async create(...args) { const session = await real.InferenceSession.create(...args); return { run: ${run} } }
    }
    module.exports = { ...real, InferenceSession }`

  const fixes = /^No command is known to mend that\.$|ubuntu-drivers install$|^Install NVIDIA's driver, 580 or later/

  test.each<[string, string, string]>([
    ['aborts when it loads', 'process.abort()', 'making a session ended the process with SIGABRT'],
    [
      'is killed, having said why',
      "console.error('what():  no such device'); process.kill(process.pid, 'SIGKILL')",
      'making a session ended the process with SIGKILL (no such device)',
    ],
    ['exits', 'process.exit(3)', 'making a session ended the process with exit code 3'],
    ['cannot be loaded', "throw new Error('it is not for this Node')", 'it is not for this Node'],
    ['hangs', 'for (;;) {}', 'making a session did not end within 1 second'],
    [
      'throws at the first run',
      altered("() => { throw new Error('/src/x.cc:12 Run ok was false. The device is lost.') }"),
      'The device is lost',
    ],
    [
      'throws what a driver that is too old has said',
      `throw new Error('/src/core/providers/cuda/cuda_call.cc:154 std::conditional_t<THRW, void> CudaCall(ERRTYPE, const char*) ' +
        '[with ERRTYPE = cudaError; bool THRW = true] CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; ' +
        'GPU=-1 ; hostname=vm ; file=/src/cuda_execution_provider.cc ; line=352 ; expr=cudaSetDevice(info_.device_id);')`,
      'CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version',
    ],
    ['ends the process at the first run', altered('() => process.abort()'), 'a product ended the process with SIGABRT'],
    [
      'computes wrongly',
      altered('async (feeds) => { const { y } = await session.run(feeds); y.data[70] += 0.25; return { y } }'),
      'it computes wrongly: of the product, value 70 is',
    ],
  ])('that %s', async (_, source, reason) => {
    const report = await survey('cpu', {
      runtime: runtimeOf(folder, source),
      seconds: reason.includes('1 second') ? 1 : 60,
    })
    expect(report.reason?.slice(0, reason.length)).toBe(reason)
    expect(report).toMatchObject({ works: false, fix: expect.stringMatching(fixes) })
    expect(report.findings.at(-1)).toMatchObject({ piece: 'trial', ok: false, reason: report.reason })
  })

  test('a convolution that does not run leaves the rest: a net of dense layers needs none', async () => {
    const source = altered(
      "async (feeds) => { if (feeds.a.dims.length > 2) throw new Error('no cuDNN'); return session.run(feeds) }",
    )
    const report = await survey('cpu', { runtime: runtimeOf(folder, source) })
    expect(report).toMatchObject({ works: true, trial: { convolves: false } })
    expect(report.findings.at(-1)?.found).toMatch(/^the product is right, convolutions do not run: no cuDNN; session /)
  })
})

test('an aborted signal ends the process, and is the reason', async () => {
  const controller = new AbortController()
  const pending = survey('cpu', { runtime: runtimeOf(folder, 'for (;;) {}'), signal: controller.signal })
  controller.abort(new Error('no more'))
  await expect(pending).rejects.toThrow('no more')
})

test('a loader that is no library is named in the loader’s own words', async () => {
  const root = writeMachine(join(folder, 'machine'), {
    devices: ['/dev/dri/renderD128'],
    drivers: { 'x.json': 'libx.so' },
    libraries: ['libx.so'],
  })
  writeFileSync(join(folder, 'libvulkan.so.1'), libraryHead())
  vi.stubEnv('LD_LIBRARY_PATH', folder)
  expect(await survey('webgpu', { root })).toMatchObject({
    works: false,
    reason: expect.stringMatching(/^libvulkan\.so\.1: (file too short|.*ELF)/),
  })
})

describe('the adapter that WebGPU took', () => {
  /** A runtime that says of its adapter what a loader says, and computes on the CPU. */
  const saying = (words: string) => `const real = require(${JSON.stringify(runtime)})
    console.error(${JSON.stringify(words)})
    const InferenceSession = { create: (model) => real.InferenceSession.create(model, { executionProviders: ['cpu'] }) }
    module.exports = { ...real, InferenceSession }`
  const order = (heading: string, ...names: string[]) =>
    [
      `INFO | DRIVER: linux_read_sorted_physical_devices:`,
      `INFO | DRIVER:      Original order:`,
      `[0] llvmpipe (LLVM 15.0.6)`,
    ]
      .concat(
        [`INFO | DRIVER:      ${heading}:`],
        names.map((name, index) => `INFO | DRIVER:            [${index}] ${name}  `),
      )
      .join('\n')

  test.each<[string, string, { name: string; type: string; backend?: string }]>([
    [
      'by the driver that makes its device',
      'DRIVER:  Using "NVIDIA GeForce RTX 4070" with driver: "/usr/lib/libGLX_nvidia.so.0"',
      { name: 'NVIDIA GeForce RTX 4070', type: 'hardware' },
    ],
    [
      'as software by its driver alone',
      'DRIVER:  Using "A device" with driver: "/usr/lib/libvulkan_lvp.so"',
      { name: 'A device', type: 'software' },
    ],
    [
      'by the order of an older loader',
      order('Sorted order', 'AMD Radeon RX 7900 XTX (RADV NAVI31)', 'llvmpipe (LLVM 15.0.6)'),
      { name: 'AMD Radeon RX 7900 XTX (RADV NAVI31)', type: 'hardware' },
    ],
    [
      'as software by its name',
      order('Order set to', 'llvmpipe (LLVM 15.0.6)'),
      { name: 'llvmpipe (LLVM 15.0.6)', type: 'software' },
    ],
    [
      'by onnxruntime on Windows',
      [
        'Discovered OrtHardwareDevice {vendor:Intel, type:0, metadata: [Description=Intel(R) Core(TM) i7, ]}',
        'Discovered OrtHardwareDevice {vendor:Intel, type:1, metadata: [Description=Intel(R) UHD Graphics, DxgiHighPerformanceIndex=1, ]}',
        'Discovered OrtHardwareDevice {vendor:Intel, type:1, metadata: [DxgiHighPerformanceIndex=0, Description=Intel(R) Arc(TM) A770 Graphics, ]}',
      ].join('\n'),
      { name: 'Intel(R) Arc(TM) A770 Graphics', type: 'hardware', backend: 'D3D12' },
    ],
  ])('is told %s', async (_, words, adapter) => {
    const root = writeMachine(join(folder, 'machine'), {
      devices: ['/dev/dri/renderD128'],
      drivers: { 'x.json': 'libx.so' },
      libraries: ['libx.so', 'libvulkan.so.1'],
    })
    const report = await survey('webgpu', { root, runtime: runtimeOf(folder, saying(words)) })
    expect(report).toMatchObject({ works: true, name: adapter.name, adapter: { backend: 'Vulkan', ...adapter } })
  })
})
