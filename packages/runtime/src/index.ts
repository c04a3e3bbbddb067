// The types of this package's entry; what it is at run time is in loaded.ts.
export * from 'onnxruntime-common'

/** The devices that this onnxruntime was built for: `name` is an execution provider, `bundled` whether its library came with the package. */
export declare function listSupportedBackends(): { name: string; bundled: boolean }[]
