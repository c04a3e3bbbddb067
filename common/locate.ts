import nodeModule from 'node:module'
import { isAbsolute, join } from 'node:path'

// Finds packages that are not ours to bring, or that come one platform at a time.

/**
 * A package's module by its absolute path, or why it cannot be had: that it is not installed, or what went wrong. `here` resolves it from the caller's own
 * place; then the main script and the working folder are tried, where a user has installed what none of our packages brings, and as a bundler may have moved
 * the caller's code away from its packages.
 */
export function locate(name: string, here: () => string): string | { reason: string } {
  let reason: string | undefined
  for (const way of [here, ...places().map((place) => () => nodeModule.createRequire(place).resolve(name))]) {
    try {
      const path: unknown = way()
      // A bundler that has taken `resolve` for its own gives what it calls the module by.
      if (typeof path === 'string' && isAbsolute(path)) return path
    } catch (error) {
      if (!isAbsence(error)) reason ??= (error as Error).message
    }
  }
  return { reason: reason === undefined ? 'is not installed' : `cannot be resolved: ${reason.split('\n')[0]}` }
}

/** Where else to look. */
function places(): string[] {
  return [process.argv[1], join(process.cwd(), 'package.json')].filter((place) => place !== undefined)
}

/** Whether a package is not there, or the caller's own address is none, which a bundler has made of it; of one that is there and damaged, Node tells the path. */
function isAbsence(error: unknown): boolean {
  const { code, path } = error as NodeJS.ErrnoException
  return (code === 'MODULE_NOT_FOUND' && path === undefined) || code === 'ERR_INVALID_ARG_VALUE'
}
