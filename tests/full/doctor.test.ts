import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DeviceReport, lookAtDevices, surveyDevices } from '@pixelrow/devices'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runtimeCopy } from '../../packages/devices/test/copies.ts'
import { withoutVariables, writeMachine } from '../../packages/devices/test/machines.ts'
import { needed, providerFiles, writeFiles, writeRuntime } from '../../packages/devices/test/runtimes.ts'
import { root } from '../../scripts/workspace.mjs'
import { softwareVulkan } from '../chromium.ts'

const runtime = createRequire(join(root, 'packages/infer-node/package.json')).resolve('onnxruntime-node')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pixelrow-doctor-'))
  withoutVariables(join(folder, 'home'))
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

function withDriver(manifest: string): void {
  vi.stubEnv('LD_LIBRARY_PATH', softwareVulkan().LD_LIBRARY_PATH)
  vi.stubEnv('VK_ICD_FILENAMES', manifest)
}

const surveyWebgpu = async (seconds = 300): Promise<DeviceReport> =>
  (await surveyDevices({ runtime, devices: ['webgpu'], seconds }))[0]!

test('SwiftShader computes rightly, and is told to be software', async () => {
  withDriver(softwareVulkan().VK_ICD_FILENAMES)
  expect(await surveyWebgpu()).toMatchObject({
    works: true,
    name: 'SwiftShader Device (Subzero)',
    adapter: { name: 'SwiftShader Device (Subzero)', type: 'software', backend: 'Vulkan' },
    trial: { convolves: true },
  })
})

test('the command tells it too', () => {
  const env = { ...process.env, ...softwareVulkan() }
  const args = [join(root, 'apps/cli/dist/pixelrow.js'), 'doctor', '--json']
  const { devices } = JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' })) as {
    devices: DeviceReport[]
  }
  expect(devices.find(({ device }) => device === 'webgpu')).toMatchObject({ adapter: { type: 'software' } })
})

/** Makes a library whose code runs when it is loaded. */
function compile(code: string, library: string): void {
  const file = join(folder, 'library.c')
  const begin = `__attribute__((constructor)) static void begin(void) { ${code} }`
  writeFileSync(file, `#include <stdlib.h>\n#include <unistd.h>\n${begin}\n`)
  const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-o', library, file], { encoding: 'utf8' })
  expect(status, `a C compiler is needed: ${stderr}`).toBe(0)
}

describe('a Vulkan driver', () => {
  function driver(code: string): string {
    compile(code, join(folder, 'libdriver.so'))
    const manifest = join(folder, 'driver.json')
    writeFileSync(
      manifest,
      JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: './libdriver.so', api_version: '1.3.0' } }),
    )
    return manifest
  }

  // The machine that is looked at has a card, so that the driver is no software that plays one.
  const survey = async (seconds?: number) => {
    const machine = writeMachine(join(folder, 'machine'), { cards: ['0x1002'], devices: ['/dev/dri/renderD128'] })
    return (await surveyDevices({ runtime, devices: ['webgpu'], root: machine, ...(seconds && { seconds }) }))[0]!
  }

  test.each([
    ['aborts', 'abort();', 'making a session ended the process with SIGABRT'],
    ['breaks', '*(volatile int *)0 = 1;', 'making a session ended the process with SIGSEGV'],
    ['says nothing of itself', '', "Vulkan's loader found no driver"],
  ])('that %s is a finding', async (_, code, reason) => {
    withDriver(driver(code))
    const report = await survey()
    expect(report).toMatchObject({ works: false, reason })
    expect(report.findings.at(-1)).toMatchObject({ piece: 'trial', ok: false })
  })

  test('that hangs is a finding', async () => {
    withDriver(driver('for (;;) pause();'))
    expect((await survey(5)).reason).toBe('making a session did not end within 5 seconds')
  })
})

describe('the command that brings a Vulkan loader and driver', () => {
  /** What a machine with a card is told, on the distribution that this is. */
  function printed(): string {
    const machine = writeMachine(join(folder, 'machine'), { cards: ['0x1002'], devices: ['/dev/dri/renderD128'] })
    rmSync(join(machine, 'etc/os-release'))
    rmSync(join(machine, 'var/lib/apt/lists'), { recursive: true })
    for (const path of ['etc/os-release', 'var/lib/apt/lists'])
      execFileSync('cp', ['-rL', join('/', path), join(machine, path)])
    return lookAtDevices({ runtime, root: machine, devices: ['webgpu'] })[0]!.fix!
  }

  /** Runs a script as root in a copy of this machine's files that is gone afterwards: nothing is installed here. */
  function inCopy(script: string): string {
    const [layers, merged] = [join(folder, 'layers'), join(folder, 'layers/merged')]
    const mounts = `set -e
      mkdir -p ${layers} && mount -t tmpfs tmpfs ${layers} && mkdir ${layers}/up ${layers}/work ${merged}
      mount -t overlay overlay -o lowerdir=/,upperdir=${layers}/up,workdir=${layers}/work ${merged}
      mount --rbind /dev ${merged}/dev && mount --rbind /proc ${merged}/proc && mount --rbind /sys ${merged}/sys
      yes | chroot ${merged} sh -c "$1"`
    const enter = process.getuid?.() === 0 ? [] : ['sudo', '-n', '-E']
    const [command = '', ...args] = [...enter, 'unshare', '--mount', 'bash', '-c', mounts, 'bash', script]
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
    expect(status, `Debian or Ubuntu and root are needed: ${stdout}${stderr}`).toBe(0)
    return stdout
  }

  test('is printed as it can be pasted, and brings both', () => {
    const fix = printed()
    expect(fix).toMatch(/apt install libvulkan1 mesa-vulkan-drivers$/)
    const doctor = `${process.execPath} ${join(root, 'apps/cli/dist/pixelrow.js')} doctor --json`
    const told = inCopy(`${fix} && ${doctor}`).trim().split('\n').at(-1)!
    const { devices } = JSON.parse(told) as { devices: DeviceReport[] }
    const { findings, adapter } = devices.find(({ device }) => device === 'webgpu')!
    const pieces = findings.filter(({ piece }) => piece.startsWith('vulkan-'))
    expect(pieces.map(({ piece, ok }) => [piece, ok])).toEqual([
      ['vulkan-loader', true],
      ['vulkan-driver', true],
    ])
    expect(pieces[1]?.found).toContain('llvmpipe (software)')
    expect(adapter?.backend).toBe('Vulkan')
  })
})

test("the command that brings one of NVIDIA's libraries does so, and the next look finds it", () => {
  const { entry, binaries } = writeRuntime(folder)
  writeFiles(binaries, providerFiles())
  // All but CUDA's runtime, which is small.
  const libraries = [...needed, 'libcudnn.so.9'].filter((name) => !name.startsWith('libcudart'))
  const machine = writeMachine(join(folder, 'machine'), { cards: ['0x10de'], driver: '580.82.07', libraries })
  const look = () =>
    lookAtDevices({ runtime: entry, root: machine, cache: join(folder, 'cache'), devices: ['cuda'] })[0]!
  const { reason, fix = '' } = look()
  expect(reason).toBe('libcudart.so.13 is missing')
  execFileSync('sh', ['-c', fix], { stdio: 'pipe' })
  expect(look()).toMatchObject({ works: true })
})

test("a CUDA provider that ends the process is a finding, and not this process's end", async () => {
  const { entry, binaries } = runtimeCopy(folder)
  writeFiles(binaries, providerFiles())
  compile('abort();', join(binaries, 'libonnxruntime_providers_shared.so'))
  const libraries = [...needed, 'libcudnn.so.9']
  const machine = writeMachine(join(folder, 'machine'), { cards: ['0x10de'], driver: '580.82.07', libraries })
  const cache = join(folder, 'cache')
  const [report] = await surveyDevices({ runtime: entry, root: machine, cache, devices: ['cuda'] })
  expect(report?.findings.filter(({ ok }) => !ok).map(({ piece }) => piece)).toEqual(['trial'])
  expect(report?.reason).toBe('making a session ended the process with SIGABRT')
})
