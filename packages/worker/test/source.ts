import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const { resolve } = createRequire(`${root}test/`)

/** The package's CommonJS build, for code that runs in a thread or a process of its own. */
export const built = resolve('../dist/index.cjs')

/** A worker of a few methods, with the package's own build inside. */
export const source = `
  const { serve } = require(${JSON.stringify(resolve('../dist/inside.cjs'))})
  serve(({ start }) => ({
    methods: {
      add: (value) => start + value,
      pid: () => process.pid,
      variable: (name) => process.env[name],
      async later(value) { await new Promise((resolve) => setTimeout(resolve, 20)); return value },
      refuse() { throw new RangeError('not that one') },
      refuseNothing() { throw undefined },
      move(bytes, transfer) { transfer(bytes.buffer); return bytes },
      list: (numbers) => ({ halves: numbers.map((each) => each / 2), texts: ['a', 'b'], big: BigInt64Array.of(1n, -2n) }),
      // Blocks as native code does: no message is heard meanwhile.
      block(ms) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
        require('node:fs').writeSync(1, 'unblocked\\n')
        return 'done'
      },
      explode() { setImmediate(() => { throw new RangeError('a bug outside any call') }); return new Promise(() => {}) },
      // Whoever listens there hears when this process is gone.
      connect: (port) => new Promise((resolve) => require('node:net').connect(port, '127.0.0.1', () => resolve())),
    },
    release() { console.error('released') },
  }))`
