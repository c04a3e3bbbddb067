import nodeModule from 'node:module'
import { processReport } from '../../../common/report.ts'

/** How the package of each platform is found; written out, so that tools that gather an app's files see the names (see find.ts). */
const ways: Record<string, () => string> = {
  'linux-x64-gnu': () => nodeModule.createRequire(import.meta.url).resolve('@pixelrow/runtime-linux-x64-gnu'),
  'linux-arm64-gnu': () => nodeModule.createRequire(import.meta.url).resolve('@pixelrow/runtime-linux-arm64-gnu'),
  'darwin-arm64': () => nodeModule.createRequire(import.meta.url).resolve('@pixelrow/runtime-darwin-arm64'),
  'win32-x64': () => nodeModule.createRequire(import.meta.url).resolve('@pixelrow/runtime-win32-x64'),
  'win32-arm64': () => nodeModule.createRequire(import.meta.url).resolve('@pixelrow/runtime-win32-arm64'),
  // onnxruntime has no binaries for these: their packages hold its WebAssembly.
  'linux-x64-musl': () => nodeModule.createRequire(import.meta.url).resolve('@pixelrow/runtime-linux-x64-musl'),
  'linux-arm64-musl': () => nodeModule.createRequire(import.meta.url).resolve('@pixelrow/runtime-linux-arm64-musl'),
  'darwin-x64': () => nodeModule.createRequire(import.meta.url).resolve('@pixelrow/runtime-darwin-x64'),
}

/** A machine's kind: `linux-x64-gnu`, `darwin-arm64`. The C library counts on Linux alone. */
export function platform(): string {
  const { platform: system, arch } = process
  return system === 'linux' ? `linux-${arch}-${hasGlibc() ? 'gnu' : 'musl'}` : `${system}-${arch}`
}

/** The name of a platform's package; undefined where there is none. */
export const packageFor = (name: string): string | undefined => (name in ways ? `@pixelrow/runtime-${name}` : undefined)

/** The entry of a platform's package; throws Node's own error where it is not installed. */
export const resolvePackage = (name: string): string => ways[name]!()

function hasGlibc(): boolean {
  const report = processReport()
  return !report || report.header?.glibcVersionRuntime !== undefined
}
