import { createRequire } from 'node:module'
import type * as Finding from '@pixelrow/runtime/find'

const require = createRequire(import.meta.url)

function versionOf(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version
}

/** The version of this package. */
export const version = (require('../package.json') as { version: string }).version

/** The versions that, with the seed and the machine, decide a result. */
export function versions(): Record<'pixelrow' | 'node' | 'onnxruntime', string> {
  return { pixelrow: version, node: process.versions.node, onnxruntime: onnxruntimeVersion() }
}

/** The versions of everything that a training's bits depend on. */
export function packageVersions(): Record<string, string> {
  const names = ['@pixelrow/data', '@pixelrow/model', '@pixelrow/train', '@pixelrow/export']
  const own = Object.fromEntries(names.map((name) => [name, versionOf(name)]))
  // By the name that checkpoints have had from the first: it is onnxruntime's version, whichever package has brought it.
  return { pixelrow: version, ...own, 'onnxruntime-node': onnxruntimeVersion() }
}

/** Loaded when it is asked for: help and version do not need it. */
const findRuntime = () => (require('@pixelrow/runtime/find') as typeof Finding).findRuntime()

const onnxruntimeVersion = () => findRuntime().found?.version ?? 'none'

/** The entry of the onnxruntime that this program uses; the place where it should be, if it is not installed. */
export const runtimeEntry = (): string =>
  findRuntime().found?.entry ?? 'node_modules/@pixelrow/runtime/node_modules/onnxruntime-node'

/** An onnxruntime that is there in a version that does not fit, in the words of a sentence: `onnxruntime-node is there in version 1.19.2, and …`. */
export const passedOver = (): string[] =>
  findRuntime().passedOver.flatMap(({ name, version, reason }) => (version === undefined ? [] : [`${name} ${reason}`]))

/** The versions of Node and of all packages that this program stands on, as far as they are installed. */
export function allVersions(): Record<string, string> {
  const { dependencies } = require('../package.json') as { dependencies: Record<string, string> }
  const names = Object.keys(dependencies).filter((name) => name.startsWith('@pixelrow/'))
  const found = names.flatMap((name) => {
    try {
      return [[name, versionOf(name)]]
    } catch {
      return []
    }
  })
  const onnxruntime = findRuntime().found
  return {
    pixelrow: version,
    node: process.versions.node,
    ...Object.fromEntries(found),
    ...(onnxruntime && { [onnxruntime.name]: onnxruntime.version }),
  }
}
