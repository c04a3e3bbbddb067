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

/** The entry of the onnxruntime-node that this program uses; the place where it should be, if it is not installed. */
export function runtimeEntry(name = 'onnxruntime-node'): string {
  try {
    return require.resolve(name)
  } catch {
    return `node_modules/${name}/dist/index.js`
  }
}

/** The versions of Node and of all packages that this program stands on, as far as they are installed. */
export function allVersions(): Record<string, string> {
  const { dependencies } = require('../package.json') as { dependencies: Record<string, string> }
  const names = Object.keys(dependencies).filter((name) => /^@pixelrow\/|^onnxruntime-node$/.test(name))
  const found = names.flatMap((name) => {
    try {
      return [[name, versionOf(name)]]
    } catch {
      return []
    }
  })
  return { pixelrow: version, node: process.versions.node, ...Object.fromEntries(found) }
}
