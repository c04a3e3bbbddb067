import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

function versionOf(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version
}

/** The version of this package. */
export const version = (require('../package.json') as { version: string }).version

/** The versions that, with the seed and the machine, decide a result. */
export function versions(): Record<'pixelrow' | 'node' | 'onnxruntime', string> {
  return { pixelrow: version, node: process.versions.node, onnxruntime: versionOf('onnxruntime-node') }
}

/** The versions of everything that a training's bits depend on. */
export function packageVersions(): Record<string, string> {
  const names = ['@pixelrow/data', '@pixelrow/model', '@pixelrow/train', '@pixelrow/export', 'onnxruntime-node']
  return { pixelrow: version, ...Object.fromEntries(names.map((name) => [name, versionOf(name)])) }
}
