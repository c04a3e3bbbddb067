import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setupCuda } from '@pixelrow/devices'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { elfOf } from '../../packages/devices/test/images.ts'
import { withoutVariables } from '../../packages/devices/test/machines.ts'
import { commit, version, writeRuntime } from '../../packages/devices/test/runtimes.ts'
import { writeProviderWheel } from '../../packages/devices/test/wheels.ts'
import { zipOf } from '../../packages/files/test/writer.ts'

let folder: string
let index: string
let cache: string
let runtime: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pixelrow-setup-'))
  index = join(folder, 'index')
  cache = join(folder, 'cache')
  mkdirSync(index)
  runtime = writeRuntime(folder).entry
  withoutVariables(join(folder, 'home'))
  // The real pip, which finds what lies in a folder and nothing else.
  vi.stubEnv('PIP_NO_INDEX', '1')
  vi.stubEnv('PIP_FIND_LINKS', index)
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const providerWheel = (of = version) =>
  writeProviderWheel(join(index, `onnxruntime_gpu-${of}-cp312-cp312-manylinux_2_28_x86_64.whl`), { version: of })

/** A wheel of NVIDIA's, with libraries in the folder that all of CUDA 13 share. */
function nvidiaWheel(name: string, of: string, libraries: readonly string[]): void {
  const info = `${name}-${of}.dist-info`
  const members = [
    { name: `${info}/METADATA`, data: `Metadata-Version: 2.1\nName: ${name.replaceAll('_', '-')}\nVersion: ${of}\n` },
    { name: `${info}/WHEEL`, data: 'Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n' },
    { name: `${info}/RECORD`, data: '' },
    ...libraries.map((library) => ({ name: `nvidia/cu13/lib/${library}`, data: elfOf() })),
  ]
  writeFileSync(join(index, `${name}-${of}-py3-none-any.whl`), zipOf(members))
}

test("pip brings the provider of exactly the runtime's version, whatever else there is", async () => {
  providerWheel()
  providerWheel('1.31.1')
  expect(await setupCuda({ runtime, cache })).toMatchObject({ version, commit, wasThere: false, placed: { length: 2 } })
})

test('where pip has no such version, its words and the way without it are told, and nothing is left', async () => {
  providerWheel('1.31.1')
  const failed = setupCuda({ runtime, cache })
  await expect(failed).rejects.toThrow(
    new RegExp(
      `onnxruntime-gpu ${version}: pip failed:\n[^]*No matching distribution found for onnxruntime-gpu==${version}`,
    ),
  )
  await expect(failed).rejects.toMatchObject({ code: 'DEVICES_FETCH_FAILED' })
  expect(readdirSync(cache)).toEqual([])
})

test("the command that is printed brings NVIDIA's libraries where a session is led to them, twice", async () => {
  providerWheel()
  nvidiaWheel('nvidia_cuda_runtime', '13.5.37', ['libcudart.so.13'])
  nvidiaWheel('nvidia_cublas', '13.10.0', ['libcublas.so.13', 'libcublasLt.so.13'])
  nvidiaWheel('nvidia_curand', '10.4.5', ['libcurand.so.10'])
  nvidiaWheel('nvidia_cudnn_cu13', '9.28.1', ['libcudnn.so.9'])
  const brought = async () => {
    const { libraries, install } = await setupCuda({ runtime, cache })
    return { install, found: libraries.filter(({ by }) => by === 'pixelrow').map(({ library }) => library) }
  }
  const first = await brought()
  execFileSync('sh', ['-c', first.install.everything!], { stdio: 'pipe' })
  const second = await brought()
  expect(second.install.everything).toBeUndefined()
  const needed = ['libcudart.so.13', 'libcublasLt.so.13', 'libcublas.so.13', 'libcurand.so.10']
  expect(second.found).toEqual(needed)
  // pip replaces the folder: what it has brought before must be named again.
  execFileSync('sh', ['-c', second.install.convolutions!], { stdio: 'pipe' })
  expect(await brought()).toEqual({ install: {}, found: [...needed, 'libcudnn.so.9'] })
})
