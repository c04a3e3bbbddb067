import { processReport } from '../../../../common/report.ts'
import { SetupError } from '../error.ts'
import { glibc } from './pinned.ts'

/** Throws where TensorFlow's wheels have no library that this recipe was tried with: anything but Linux with glibc on x64. */
export function requireMachine(): void {
  const { platform, arch } = process
  if (platform !== 'linux' || arch !== 'x64') throw unsupported(`${platform} on ${arch}`)
  const found = processReport()?.header?.glibcVersionRuntime
  if (!found) throw unsupported('Linux without glibc')
  const [major = 0, minor = 0] = found.split('.').map(Number)
  if (major < glibc.major || (major === glibc.major && minor < glibc.minor)) throw unsupported(`glibc ${found}`)
}

function unsupported(found: string): SetupError {
  const expected = `Linux on x64 with glibc ${glibc.major}.${glibc.minor} or later`
  return new SetupError(`tfjs is set up on ${expected}, and was not tried on anything else; found ${found}`, {
    code: 'DEVICES_MACHINE_UNSUPPORTED',
    params: { expected, found },
    advice: 'Train with --engine onnxruntime, which runs here too, or install @tensorflow/tfjs-node yourself.',
  })
}
