// The one place that reads meaning out of the words of onnxruntime, Dawn, CUDA and the loader: JavaScript gets one message for many causes, and
// standard error has the cause.

import { driverFix } from '../findings/driver.ts'
import type { DeviceName } from '../findings/types.ts'

/** A sentence, without its full stop, for what matches; the earlier it stands, the nearer it is to the cause. */
const causes: readonly (readonly [pattern: RegExp, sentence: (found: RegExpExecArray) => string])[] = [
  [/\b((?:CUDA|CUDNN|CUBLAS|CURAND|CUFFT)\w* failure \d+: .+?)\s*(?:;|$)/m, ([, failure]) => failure!],
  [/Failed to load library \S+ with error: (.+)$/m, ([, error]) => loaderError(error!)],
  [/Couldn't load Vulkan: (.+)$/m, ([, error]) => loaderError(error!)],
  [/vkCreateInstance: Found no drivers/, () => "Vulkan's loader found no driver"],
  [/(vkCreateInstance failed with \w+)/, ([, failure]) => failure!],
  [/^Warning: (.+)\n - While initializing adapter/m, ([, lack]) => `WebGPU cannot use the driver: ${plain(lack!)}`],
  [/what\(\):\s*(.+)$/m, ([, what]) => plain(what!)],
]

/**
 * Why onnxruntime failed, in the words of what did: without the C++ that throws them, and with what only standard error has. `message` is
 * what JavaScript was told; that is all where `stderr` was not caught, and what is told where nothing names a cause.
 */
export function causeIn(message: string, stderr = ''): string {
  const said = withoutColors(`${stderr}\n${message}`)
  for (const [pattern, sentence] of causes) {
    const found = pattern.exec(said)
    if (found) return sentence(found)
  }
  return plain(message)
}

/** What mends a cause where that is known: a command, or a sentence, which ends in a full stop. */
export function fixOf(cause: string, { device, root = '/' }: { device: DeviceName; root?: string }): string {
  if (/^CUDA failure 35\b/.test(cause)) return driverFix(root)
  if (/^CUDA failure 100\b/.test(cause))
    return 'No command can mend that: the driver sees no GPU, and nvidia-smi says which there are.'
  return `No command is known to mend that${device === 'cpu' ? '' : '; the device cpu computes the same'}.`
}

/** The loader's words without the folders in front of the libraries. */
function loaderError(text: string): string {
  return withoutColors(text)
    .trim()
    .replace(/^(?:\/[^\s:]*\/)+/, '')
    .replace(/\.$/, '')
}

/** onnxruntime's words without the C++ file, function and condition in front, and without the stack behind. */
function plain(message: string): string {
  const [first = ''] = message.trim().split('\n')
  return first
    .replace(/^\/\S+:\d+ .*? was false\. /, '')
    .replace(/^Non-zero status code returned while running \w+ node\. .*?Status Message: /, '')
    .replace(/\.$/, '')
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: onnxruntime colours its errors.
const withoutColors = (text: string): string => text.replace(/\x1b\[[\d;]*m/g, '')
