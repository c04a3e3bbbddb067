/** A tfjs-node that was built on this machine. */
export interface BuiltTfjs {
  kind: 'gpu' | 'cpu'
  /** Absolute path of the CommonJS module to load. */
  entry: string
  version: string
}

/** The tfjs-node that `pixelrow setup tfjs` built, where there is one. */
export function builtTfjs(): BuiltTfjs | undefined {
  return undefined
}
