import { readFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { dirname } from 'node:path'
import { createContext, runInContext } from 'node:vm'

/** What test runners hand into their realm; arrays and errors are the realm's own. */
const globals = {
  ...{ process, performance, structuredClone, console, Buffer, URL, Blob, TextEncoder, TextDecoder, fetch },
  ...{ AbortController, AbortSignal, setTimeout, clearTimeout, setImmediate, clearImmediate, queueMicrotask },
}

/**
 * Loads the CommonJS build of a package of this workspace, with those that it needs, into a realm of its own, as Jest does: what Node, workers and
 * onnxruntime hand over there is no instance of the realm's classes.
 */
export function inRealm<Exports>(name: string): Exports {
  const context = createContext({ ...globals })
  const loaded = new Map<string, { exports: unknown }>()

  function requireFrom(file: string): (name: string) => unknown {
    const require = createRequire(file)
    return (name) => {
      const path = require.resolve(name)
      const isOurs = !isBuiltin(name) && /[/\\]packages[/\\][^/\\]+[/\\]dist[/\\]/.test(path)
      return isOurs ? load(path) : require(name)
    }
  }

  function load(path: string): unknown {
    const known = loaded.get(path)
    if (known) return known.exports
    const module = { exports: {} }
    loaded.set(path, module)
    const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(path, 'utf8')}\n})`
    const run = runInContext(source, context, { filename: path })
    run(module.exports, requireFrom(path), module, path, dirname(path))
    return module.exports
  }
  return load(createRequire(import.meta.url).resolve(name)) as Exports
}
