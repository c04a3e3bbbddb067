import { SetupError } from '../error.ts'

/** The provider that is wanted: that of exactly one build of onnxruntime. */
export interface Wanted {
  version: string
  commit: string
}

/** Where a provider is taken from, and what it is. */
export interface ProviderSource {
  /** The wheel or the folder, as errors call it. */
  file: string
  version: string
  commit: string
  /** CUDA's version that it was built with. */
  cuda: string
  /** Bytes of its files. */
  bytes: number
  /** Puts its files into a folder, which is made. */
  unpack(folder: string, job: Unpacking): Promise<void>
}

/** How a provider is unpacked. */
export interface Unpacking {
  signal: AbortSignal | undefined
  onBytes: (bytes: number) => void
}

/** Throws where a provider belongs to another build: it would load without a word, and compute wrongly. */
export function requireSame(
  wanted: Wanted,
  { file, version, commit }: Pick<ProviderSource, 'file' | 'version' | 'commit'>,
) {
  if (version !== wanted.version) throw another(wanted, file, `that of ${version || 'an unknown version'}`)
  // A build may shorten its commit more than another.
  const same = commit.startsWith(wanted.commit) || wanted.commit.startsWith(commit)
  if (!commit || !same) throw another(wanted, file, `one of commit ${commit || 'unknown'}`)
}

/** An error about a wheel or a folder that is not the provider that is wanted. */
export function another({ version, commit }: Wanted, file: string, found: string): SetupError {
  const expected = `the CUDA provider of onnxruntime ${version} (commit ${commit}) for ${process.platform} on ${process.arch}`
  return new SetupError(`${file}: expected ${expected}, found ${found}`, {
    code: 'DEVICES_WHEEL_OTHER',
    params: { expected, found },
    advice: `It must be of the same build as onnxruntime-node: the wheel of onnxruntime-gpu==${version}, or a folder with what it holds.`,
    file,
  })
}
