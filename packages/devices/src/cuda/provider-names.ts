/** The parts of onnxruntime's CUDA provider that a session loads, in this order. */
export const neededParts = ['shared', 'cuda'] as const

/** All parts that onnxruntime-node's own script and PyPI's wheel have. */
export const allParts = [...neededParts, 'tensorrt'] as const

/** The name of a part's file. */
export function providerName(part: (typeof allParts)[number]): string {
  return `libonnxruntime_providers_${part}.so`
}
