import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'

/** The path of a machine's file below the folder that stands for its root. */
export const below = (root: string, path: string): string => (root === '/' ? path : join(root, path))

/** A small file's text; undefined where it is not there or may not be read. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** The names in a folder, in order; none where there is no such folder. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

/** ELF's numbers of the processors that onnxruntime-node is built for on Linux. */
const machines: Partial<Record<NodeJS.Architecture, number>> = { x64: 62, arm64: 183 }

/** Whether a file is a library that this process could load: ELF, 64 bits, for this processor. */
export function isLibrary(path: string): boolean {
  const head = headOf(path)
  if (head?.toString('latin1', 0, 4) !== '\x7fELF') return false
  return head[4] === 2 && head.readUInt16LE(18) === machines[process.arch]
}

/** The first 20 bytes of a file that has as many. */
function headOf(path: string): Buffer | undefined {
  try {
    const file = openSync(path, 'r')
    try {
      const head = Buffer.alloc(20)
      return readSync(file, head, 0, head.length, 0) === head.length ? head : undefined
    } finally {
      closeSync(file)
    }
  } catch {
    return undefined
  }
}
