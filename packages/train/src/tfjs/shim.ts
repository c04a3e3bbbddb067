import util from 'node:util'

/**
 * Gives Node's `util` back what Node 23 removed and tfjs-node 4.22 calls at every cast. Where Node still has them, calling them prints a
 * warning that nobody here can act on. To be called in the process that tfjs is loaded in, and nowhere else.
 */
export function restoreUtil(): void {
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  })
}
