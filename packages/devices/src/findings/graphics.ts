import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import { below, namesIn, textOf } from './files.ts'

/** PCI's number of NVIDIA. */
const nvidia = '0x10de'

/** Vendors of graphics cards by their PCI numbers. */
const vendors: Readonly<Record<string, string>> = { [nvidia]: 'NVIDIA', '0x1002': 'AMD', '0x8086': 'Intel' }

/** The vendors of the display and compute cards on Linux's PCI bus, each once; a number where the name is not known. */
export function cardVendors(root: string): string[] {
  const folder = below(root, '/sys/bus/pci/devices')
  const found = namesIn(folder).flatMap((name) => {
    const read = (file: string) => textOf(join(folder, name, file))?.trim() ?? ''
    // Class 3 is displays; datacentre cards are its `3D controller`, and AMD's are `processing accelerators`, 12.
    return /^0x(03|12)/.test(read('class')) ? [vendors[read('vendor')] ?? read('vendor')] : []
  })
  return [...new Set(found)]
}

/** The kernel's doors to graphics cards: Mesa's drivers take the first, NVIDIA's the second, those of Windows' subsystem for Linux the third. */
export function cardDevices(root: string): string[] {
  const folder = below(root, '/dev/dri')
  const renders = namesIn(folder).filter((name) => name.startsWith('renderD'))
  const others = ['/dev/nvidiactl', '/dev/dxg'].map((path) => below(root, path))
  return [...renders.map((name) => join(folder, name)), ...others.filter((path) => existsSync(path))]
}

/** Whether this process may use a card through its door. */
export function mayUse(device: string): boolean {
  try {
    accessSync(device, constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}
