import { ClassifierError } from '@pixelrow/classifier'
import { type Installed, type NativeConflict, nativeConflict } from '@pixelrow/worker/inside'
import { processReport } from '../../../common/report.ts'

/** The oldest glibc that onnxruntime-node's binary for Linux runs on. */
const GLIBC = '2.28'

const wasmInstead = "Or take WebAssembly, which runs everywhere: npm i onnxruntime-web, and device: 'wasm'."

/** Says why onnxruntime-node, whose module is at `entry`, cannot be loaded, and what to do. */
export function loadError(entry: string, cause: unknown): ClassifierError {
  const { code, message: reason } = cause as NodeJS.ErrnoException
  const host = `${process.platform}-${process.arch}`
  if (code === 'MODULE_NOT_FOUND') return withoutBinary(host, cause)
  const conflict = nativeConflict(entry, 'onnxruntime')
  if (conflict) return conflictError(conflict, cause)
  const message = `onnxruntime-node cannot be loaded on ${host}: ${[reason, glibcProblem()].filter(Boolean).join('. ')}. ${wasmInstead}`
  return new ClassifierError(message, { code: 'CLASSIFIER_RUNTIME_UNLOADABLE', params: { host, reason }, cause })
}

function withoutBinary(host: string, cause: unknown): ClassifierError {
  return new ClassifierError(
    `onnxruntime-node has no binary for ${host} beside its JavaScript. It comes for linux-x64 and -arm64 (glibc), darwin-arm64, win32-x64 ` +
      `and -arm64. If this is one of them and the app is bundled, leave onnxruntime-node out of the bundle. ${wasmInstead}`,
    { code: 'CLASSIFIER_RUNTIME_MISSING', params: { package: 'onnxruntime-node', host }, cause },
  )
}

/** A process has one library of a name; the first version stays. */
function conflictError({ wanted, loaded }: NativeConflict, cause: unknown): ClassifierError {
  const there = loaded.map((each) => `${named('onnxruntime', each)}, from ${each.path}`).join(' and ')
  return new ClassifierError(
    `${named('onnxruntime-node', wanted)} (${wanted.path}) cannot be loaded, as this process has already loaded ${there}, and it can have one version. ` +
      'Bring all who use it to one version (npm ls onnxruntime-node shows them, "overrides" in package.json sets it), or load with isolate: true, ' +
      'which takes a process of its own',
    { code: 'CLASSIFIER_RUNTIME_CONFLICT', params: { wanted, loaded }, cause },
  )
}

const named = (what: string, { version }: Installed) => (version === undefined ? what : `${what} ${version}`)

/** What the system's C library has to do with it; nothing where it is new enough, or none of Linux. */
function glibcProblem(): string {
  const report = process.platform === 'linux' ? processReport() : undefined
  if (!report) return ''
  const found = report.header?.glibcVersionRuntime
  if (found === undefined) return 'Its binary needs glibc, and this system has none (musl, as in Alpine)'
  return found.localeCompare(GLIBC, 'en', { numeric: true }) < 0
    ? `Its binary needs glibc ${GLIBC} or newer, and this system has ${found}`
    : ''
}
