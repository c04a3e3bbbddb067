import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { vi } from 'vitest'

/** What a machine has, as its files say. */
export interface MachineParts {
  /** PCI's numbers of the vendors of its graphics cards, such as `0x10de`. */
  cards?: readonly string[]
  /** The version of NVIDIA's kernel driver. */
  driver?: string
  /** The names of its NVIDIA cards, as the driver tells them. */
  gpus?: readonly string[]
  /** Libraries where Linux's loader finds them. */
  libraries?: readonly string[]
  /** Vulkan drivers: a manifest's name, and the library that it names. */
  drivers?: Readonly<Record<string, string>>
  /** Files of the kernel, such as `/dev/dri/renderD128`. */
  devices?: readonly string[]
  /** `ID` and `ID_LIKE` of os-release. */
  system?: { id: string; like?: string }
}

/** Writes a machine's files below a folder, and keeps this one's environment from telling where else they might be. */
export function writeMachine(root: string, parts: MachineParts): string {
  const { cards = [], driver, gpus = [], libraries = [], drivers = {}, devices = [], system = { id: 'debian' } } = parts
  const write = (path: string, data: string | Uint8Array) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), data)
  }
  for (const [index, vendor] of cards.entries()) {
    write(`/sys/bus/pci/devices/0000:0${index}:00.0/class`, '0x030000\n')
    write(`/sys/bus/pci/devices/0000:0${index}:00.0/vendor`, `${vendor}\n`)
  }
  if (driver) write('/proc/driver/nvidia/version', `NVRM version: NVIDIA UNIX x86_64 Kernel Module  ${driver}  Mon\n`)
  for (const [index, name] of gpus.entries())
    write(`/proc/driver/nvidia/gpus/0000:0${index}:00.0/information`, `Model: \t\t ${name}\nIRQ:   \t\t 11\n`)
  for (const name of libraries) write(`/usr/lib/${name}`, libraryHead())
  for (const [name, library] of Object.entries(drivers)) {
    const manifest = { file_format_version: '1.0.0', ICD: { library_path: library, api_version: '1.3.0' } }
    write(`/usr/share/vulkan/icd.d/${name}`, JSON.stringify(manifest))
  }
  for (const path of devices) write(path, '')
  write('/etc/os-release', `NAME="X"\nID=${system.id}\n${system.like ? `ID_LIKE="${system.like}"\n` : ''}`)
  write('/var/lib/apt/lists/example_Packages', '')
  return root
}

/** The beginning of a library for this processor, or for another one. */
export function libraryHead({ bits = 64, arch = process.arch as string } = {}): Buffer {
  const head = Buffer.alloc(64)
  head.write('\x7fELF', 'latin1')
  head[4] = bits === 64 ? 2 : 1
  head[5] = 1
  head.writeUInt16LE({ x64: 62, arm64: 183 }[arch] ?? 3, 18)
  return head
}

/** All variables by which a library or a driver might be found outside of the machine that a test has written. */
export function withoutVariables(home: string): void {
  const names = ['LD_LIBRARY_PATH', 'VK_ADD_DRIVER_FILES', 'VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VULKAN_SDK']
  const python = ['PYTHON', 'PYTHONPATH', 'VIRTUAL_ENV', 'CONDA_PREFIX', 'CUDA_HOME', 'CUDA_PATH']
  const folders = ['XDG_CONFIG_DIRS', 'XDG_DATA_DIRS']
  for (const name of [...names, ...python, ...folders]) vi.stubEnv(name, undefined)
  vi.stubEnv('XDG_CONFIG_HOME', home)
  vi.stubEnv('XDG_DATA_HOME', home)
}
