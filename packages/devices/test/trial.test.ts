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
