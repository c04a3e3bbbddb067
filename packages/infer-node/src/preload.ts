import { constants } from 'node:os'

/** glibc's RTLD_NODELETE, which Node does not name: what is loaded stays. */
const NODELETE = 0x1000

/**
 * Loads libraries that onnxruntime's provider looks for by their names, so that it finds them wherever they are. Node refuses them, as they are none of its
 * modules, and leaves them loaded.
 */
export function preloadLibraries(paths: readonly string[]): void {
  const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen
  for (const path of paths) {
    try {
      process.dlopen({ exports: {} }, path, RTLD_NOW | RTLD_GLOBAL | NODELETE)
    } catch {
      // What is really missing, the provider says.
    }
  }
}
