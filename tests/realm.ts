import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { root } from '../scripts/workspace.mjs'

/** What Node gives to a script besides the language's own, which a new realm does not have. */
const given = [
  ...['AbortController', 'AbortSignal', 'Blob', 'Buffer', 'DecompressionStream', 'ReadableStream', 'TextDecoder'],
  ...['TextEncoder', 'URL', 'clearImmediate', 'clearTimeout', 'console', 'fetch', 'performance', 'process'],
  ...['queueMicrotask', 'setImmediate', 'setTimeout', 'structuredClone'],
]

/** A realm of its own: its `Uint8Array` and its `Error` are not those of the caller, nor of Node's own modules. */
export interface Realm {
  /** Loads the CommonJS build of a package of the house there, with those of the house that it needs. */
  load<Exports>(name: string): Exports
  /** Runs the body of an async function there, with some values by name. */
  run(code: string, values: Record<string, unknown>): Promise<unknown>
}

/** Makes a realm as Jest and vitest's vmThreads do. */
export function openRealm(): Realm {
  const globals = Object.fromEntries(given.map((each) => [each, Reflect.get(globalThis, each)]))
  const context = createContext(globals)
  const loaded = new Map<string, { exports: unknown }>()
  const load = (file: string): unknown => {
    const known = loaded.get(file)
    if (known) return known.exports
    const module = { exports: {} }
    loaded.set(file, module)
    const nodeRequire = createRequire(file)
    const require = (wanted: string) => {
      if (!/^(\.|@pixelrow\/)/.test(wanted)) return nodeRequire(wanted)
      return load(wanted.startsWith('.') ? join(dirname(file), wanted) : fileOf(wanted))
    }
    const code = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`
    runInContext(code, context, { filename: file })(module.exports, require, module, file, dirname(file))
    return module.exports
  }
  return {
    load: <Exports>(name: string) => load(fileOf(name)) as Exports,
    run: (code, values) =>
      runInContext(`(async (${Object.keys(values).join()}) => {${code}\n})`, context)(...Object.values(values)),
  }
}

/** The file that `require` gets for a package's name. */
function fileOf(name: string): string {
  const [, folder = '', path = ''] = /^@pixelrow\/([^/]+)(?:\/(.*))?$/.exec(name) ?? []
  const { exports } = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))
  return join(root, 'packages', folder, exports[path ? `./${path}` : '.'].require.default)
}
