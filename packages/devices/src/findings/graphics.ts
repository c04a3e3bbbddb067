import { existsSync } from 'node:fs'
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

/** Whether the kernel offers any graphics card: to Mesa's drivers, to NVIDIA's, or to those of Windows' subsystem for Linux. */
export function hasCardDevice(root: string): boolean {
  const renders = namesIn(below(root, '/dev/dri')).some((name) => name.startsWith('renderD'))
  return renders || ['/dev/nvidiactl', '/dev/dxg'].some((path) => existsSync(below(root, path)))
}
