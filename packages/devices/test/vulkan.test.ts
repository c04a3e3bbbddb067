import fs, { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { attemptOf, type DeviceReport, lookAtDevices } from '@pixelrow/devices'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { libraryHead, type MachineParts, withoutVariables, writeMachine } from './machines.ts'

const runtime = createRequire(import.meta.url).resolve('onnxruntime-node')
let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pixelrow-machine-'))
  withoutVariables(join(root, 'home'))
  vi.spyOn(process, 'getuid').mockReturnValue(1000)
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  syncBuiltinESMExports()
  rmSync(root, { recursive: true, force: true })
})

const look = (): DeviceReport => lookAtDevices({ runtime, root, devices: ['webgpu'] })[0]!
const lookAtMachine = (parts: MachineParts): DeviceReport => {
  writeMachine(root, parts)
  return look()
}

/** A card with all that it needs. */
const whole: MachineParts = {
  cards: ['0x1002'],
  devices: ['/dev/dri/renderD128'],
  libraries: ['libvulkan.so.1', 'libvulkan_radeon.so'],
  drivers: { 'radeon_icd.json': 'libvulkan_radeon.so' },
}

test('a machine with loader, driver and card works, and its adapter is for the trial to tell', () => {
  const report = lookAtMachine(whole)
  expect(report).toMatchObject({ device: 'webgpu', works: true })
  expect(report).not.toHaveProperty('adapter')
  expect(attemptOf(report)).toBeUndefined()
})

test.each<[string, MachineParts, { piece: string; reason: RegExp | string; fix: string }]>([
  [
    'the loader',
    { ...whole, libraries: ['libvulkan_radeon.so'] },
    {
      piece: 'vulkan-loader',
      reason: "Vulkan's loader is missing: there is no libvulkan.so.1",
      fix: 'sudo apt install libvulkan1',
    },
  ],
  [
    'the driver',
    { ...whole, drivers: {} },
    { piece: 'vulkan-driver', reason: 'there is no Vulkan driver', fix: 'sudo apt install mesa-vulkan-drivers' },
  ],
  [
    "the driver's library",
    { ...whole, libraries: ['libvulkan.so.1'] },
    {
      piece: 'vulkan-driver',
      reason: /radeon_icd\.json names libvulkan_radeon\.so, which is not there/,
      fix: 'sudo apt install mesa-vulkan-drivers',
    },
  ],
])('%s is missing: that piece is named, and nothing else', (_, parts, { piece, reason, fix }) => {
  const report = lookAtMachine(parts)
  expect(report.findings.filter(({ ok }) => !ok).map((finding) => finding.piece)).toEqual([piece])
  expect(report).toMatchObject({ works: false, reason: expect.stringMatching(reason), fix })
  expect(attemptOf(report)).toEqual({ device: 'webgpu', error: report.reason, fix })
})

/** A card, of which nothing else is there. */
const bare: MachineParts = { cards: ['0x1002'], devices: ['/dev/dri/renderD128'] }

test('where loader and driver are missing, one command brings both', () => {
  const report = lookAtMachine({ ...bare, system: { id: 'linuxmint', like: 'ubuntu debian' } })
  expect(report.findings.map(({ piece, ok }) => [piece, ok])).toEqual([
    ['runtime', true],
    ['gpu', true],
    ['vulkan-loader', false],
    ['vulkan-driver', false],
  ])
  const missing = report.findings.filter(({ ok }) => !ok)
  expect(new Set(missing.map(({ fix }) => fix))).toEqual(new Set(['sudo apt install libvulkan1 mesa-vulkan-drivers']))
})

test.each([
  ['fedora', undefined, 'sudo dnf install vulkan-loader mesa-vulkan-drivers'],
  ['manjaro', 'arch', 'sudo pacman -S vulkan-icd-loader vulkan-radeon vulkan-intel vulkan-swrast'],
  [
    'opensuse-tumbleweed',
    'opensuse suse',
    'sudo zypper install libvulkan1 libvulkan_radeon libvulkan_intel libvulkan_lvp',
  ],
  [
    'void',
    undefined,
    "Install your distribution's packages of libvulkan1 and mesa-vulkan-drivers (so they are called in Debian).",
  ],
])('%s has its own command', (id, like, fix) => {
  expect(lookAtMachine({ ...bare, system: { id, ...(like && { like }) } }).fix).toBe(fix)
})

test('root needs no sudo, and an image without lists of packages gets them first', () => {
  vi.spyOn(process, 'getuid').mockReturnValue(0)
  writeMachine(root, bare)
  rmSync(join(root, 'var/lib/apt/lists'), { recursive: true })
  expect(look().fix).toBe('apt update && apt install libvulkan1 mesa-vulkan-drivers')
})

test("a card of NVIDIA's alone needs NVIDIA's own driver", () => {
  const report = lookAtMachine({ cards: ['0x10de'], devices: ['/dev/nvidiactl'], libraries: ['libvulkan.so.1'] })
  expect(report.fix).toMatch(/^Install the Vulkan part of NVIDIA's driver .*\.$/)
})

test('a machine without a card is told so, whatever else it lacks', () => {
  expect(lookAtMachine({})).toMatchObject({
    works: false,
    reason: 'this machine has no graphics card',
    fix: 'No command can mend that; the device cpu computes the same.',
  })
})

test('a card that the kernel does not offer is named, as in a container', () => {
  const report = lookAtMachine({ ...whole, devices: [] })
  expect(report.reason).toMatch(/^the kernel offers no graphics card to this process \(of AMD there is one\)/)
})

test('a card that this user may not use is named, with the group', () => {
  writeMachine(root, whole)
  vi.spyOn(fs, 'accessSync').mockImplementation(() => {
    throw new Error('EACCES')
  })
  syncBuiltinESMExports()
  expect(look()).toMatchObject({
    reason: expect.stringContaining('/dev/dri/renderD128 is not open to this user'),
    fix: `sudo usermod -aG render ${userInfo().username}`,
  })
})

test('software is told from hardware where nothing else can answer', () => {
  const libraries = ['libvulkan.so.1', 'libvulkan_lvp.so', 'libvulkan_radeon.so']
  const drivers = { 'lvp_icd.json': 'libvulkan_lvp.so', 'radeon_icd.json': 'libvulkan_radeon.so' }
  const adapter = { name: 'llvmpipe', type: 'software', backend: 'Vulkan' }
  // Mesa brings the drivers of cards that are not there.
  expect(lookAtMachine({ libraries, drivers })).toMatchObject({ works: true, name: 'llvmpipe', adapter })
  // A card may be there and have no driver.
  rmSync(join(root, 'usr/share/vulkan/icd.d/radeon_icd.json'))
  expect(lookAtMachine({ devices: ['/dev/dri/renderD128'] })).toMatchObject({ adapter })
  expect(lookAtMachine({ drivers, devices: ['/dev/dri/renderD128'] })).not.toHaveProperty('adapter')
})

test("the loader's variables count: drivers that they name, and no others", () => {
  writeMachine(root, whole)
  const own = join(root, 'own')
  mkdirSync(own)
  writeFileSync(join(own, 'libvk_swiftshader.so'), libraryHead())
  const manifest = join(own, 'vk_swiftshader_icd.json')
  writeFileSync(manifest, JSON.stringify({ ICD: { library_path: './libvk_swiftshader.so' } }))
  const driver = () => look().findings.find(({ piece }) => piece === 'vulkan-driver')
  const found = `SwiftShader (software), ${join(own, 'libvk_swiftshader.so')}`
  for (const name of ['VK_ICD_FILENAMES', 'VK_DRIVER_FILES']) {
    vi.stubEnv(name, manifest)
    expect(driver()).toEqual({ piece: 'vulkan-driver', ok: true, found })
    vi.stubEnv(name, undefined)
  }
  vi.stubEnv('VK_ADD_DRIVER_FILES', own)
  expect(driver()?.found).toBe(`${found}; ${join(root, 'usr/lib/libvulkan_radeon.so')}`)
  vi.stubEnv('VK_ADD_DRIVER_FILES', undefined)
  vi.stubEnv('VK_DRIVER_FILES', join(own, 'nowhere.json'))
  expect(driver()).toMatchObject({ ok: false, reason: 'there is no Vulkan driver' })
})

test('a driver for another processor and a manifest that is none do not count', () => {
  writeMachine(root, { ...whole, drivers: { 'radeon_icd.i686.json': '/usr/lib32/libvulkan_radeon.so', 'x.json': '' } })
  mkdirSync(join(root, 'usr/lib32'))
  writeFileSync(join(root, 'usr/lib32/libvulkan_radeon.so'), libraryHead({ bits: 32 }))
  writeFileSync(join(root, 'usr/share/vulkan/icd.d/broken.json'), '{')
  expect(look()).toMatchObject({ works: false, reason: expect.stringContaining('/usr/lib32/libvulkan_radeon.so') })
})

test('LD_LIBRARY_PATH is searched', () => {
  writeMachine(root, { ...whole, libraries: ['libvulkan_radeon.so'] })
  mkdirSync(join(root, 'elsewhere'))
  writeFileSync(join(root, 'elsewhere/libvulkan.so.1'), libraryHead())
  vi.stubEnv('LD_LIBRARY_PATH', join(root, 'elsewhere'))
  expect(look()).toMatchObject({ works: true })
})

test('macOS and Windows bring what WebGPU stands on', () => {
  const platform = vi.spyOn(process, 'platform', 'get')
  const pieces = () => look().findings.map(({ piece, ok }) => [piece, ok])
  platform.mockReturnValue('darwin')
  expect(pieces()).toContainEqual(['metal', true])
  expect(look().adapter).toMatchObject({ type: 'hardware', backend: 'Metal' })
  platform.mockReturnValue('win32')
  expect(pieces()).toContainEqual(['d3d12', true])
})
