import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SetupError } from '../error.ts'

/** An installed onnxruntime-node. */
export interface OnnxRuntime {
  /** Absolute path of the module that is loaded. */
  entry: string
  /** Its version, such as `1.30.0`. */
  version: string
  /** The folder of its binaries for this machine, beside which a provider must lie. */
  folder: string
  /** Its native library. */
  library: string
}

/**
 * What the onnxruntime-node at a path is; nothing of it is loaded. Throws a SetupError where the path is none of onnxruntime-node, or it has no
 * binaries for this machine.
 */
export function runtimeAt(entry: string): OnnxRuntime {
  const root = packageOf(entry)
  if (!root) throw notRuntime(entry, 'a file outside of such a package')
  const folder = binariesIn(root.path)
  const library = folder && readdirSync(folder).find((name) => /^(lib)?onnxruntime\.(so|dll|[\d.]*dylib)/.test(name))
  if (!folder || !library) throw notRuntime(entry, `no binaries for ${process.platform} on ${process.arch}`)
  return { entry, version: root.version, folder, library: join(folder, library) }
}

function packageOf(entry: string): { path: string; version: string } | undefined {
  for (let path = dirname(entry); ; path = dirname(path)) {
    try {
      const { name, version, pixelrow } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
      // A package of @pixelrow/runtime has its files, for one platform, and its version.
      if (name === 'onnxruntime-node' || pixelrow?.repacks === 'onnxruntime-node')
        return { path, version: String(version) }
    } catch {
      // No package begins here.
    }
    if (path === dirname(path)) return undefined
  }
}

/** `bin/napi-v6/linux/x64`; the number is that of the interface to Node, of which a package has one. */
function binariesIn(root: string): string | undefined {
  const bin = join(root, 'bin')
  const interfaces = namesIn(bin).filter((name) => /^napi-v\d+$/.test(name))
  const newest = interfaces.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)
  const folder = newest && join(bin, newest, process.platform, process.arch)
  return folder && namesIn(folder).length > 0 ? folder : undefined
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function notRuntime(entry: string, found: string): SetupError {
  return new SetupError(`${entry}: expected onnxruntime-node for this machine, found ${found}`, {
    code: 'DEVICES_RUNTIME_MISSING',
    params: { expected: 'onnxruntime-node for this machine', found },
    advice: 'Install it: npm i @pixelrow/runtime.',
    file: entry,
  })
}
