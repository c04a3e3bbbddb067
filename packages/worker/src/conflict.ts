import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { processReport } from '../../../common/report.ts'

/** Something on the disk with its package's version, where it belongs to one. */
export interface Installed {
  path: string
  version?: string
}

/** A package whose native library cannot be loaded beside those that the process has loaded. */
export interface NativeConflict {
  /** The package, by its folder. */
  wanted: Installed
  /** The libraries of the same name that came from elsewhere. */
  loaded: Installed[]
}

/**
 * What stands in the way of a package's native library: a process has one library of a name, whose first version stays, and another version then has
 * symbols missing. To be called where loading `entry`, the package's module, has failed. `library` is the name without `lib`, version and extension.
 * Undefined where no other is loaded.
 */
export function nativeConflict(entry: string, library: string): NativeConflict | undefined {
  const wanted = packageOf(entry) ?? { path: dirname(entry) }
  const loaded = sharedObjects()
    .filter((path) => isLibrary(path, library) && !path.startsWith(wanted.path + sep))
    .map((path) => ({ ...packageOf(path), path }))
  return loaded.length > 0 ? { wanted, loaded } : undefined
}

/** `libonnxruntime.so.1`, `libonnxruntime.1.30.0.dylib`, `onnxruntime.dll`; not what Node itself loads by name. */
function isLibrary(path: string, library: string): boolean {
  const [name = ''] = path.split(/[/\\]/).slice(-1)
  const [start] = name.replace(/^lib/, '').split('.')
  return start === library && !name.endsWith('.node')
}

/** The files of native code in this process. */
function sharedObjects(): string[] {
  const { sharedObjects: found = [] } = processReport() ?? {}
  return found.map(real)
}

/** The nearest package.json with a version says it. */
function packageOf(file: string): Installed | undefined {
  for (let path = dirname(real(file)); path !== dirname(path); path = dirname(path)) {
    try {
      const { version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as { version?: string }
      if (version !== undefined) return { path, version }
    } catch {}
  }
  return undefined
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
