import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startHost } from '@pixelrow/worker'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const inside = createRequire(`${root}test/`).resolve('../dist/inside.cjs')

/** A worker of a few methods, with the package's own build inside. */
const source = `
  const { serve } = require(${JSON.stringify(inside)})
  serve(({ start }) => ({
    methods: {
      add: (value) => start + value,
      async later(value) { await new Promise((resolve) => setTimeout(resolve, 20)); return value },
      refuse() { throw new RangeError('not that one') },
      move(bytes, transfer) { transfer(bytes.buffer); return bytes },
      // Blocks as native code does: no message is heard meanwhile.
      block(ms) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
        require('node:fs').writeSync(1, 'unblocked\\n')
        return 'done'
      },
      explode() { setImmediate(() => { throw new Error('a bug outside any call') }); return new Promise(() => {}) },
    },
    release() { console.error('released') },
  }))`

const open = () => startHost(source, { name: 'tested', data: { start: 40 } })

test('calls are answered in their order, errors keep their kind', async () => {
  const host = open()
  const order: unknown[] = []
  await Promise.all([
    host.call('later', 'first').then((value) => order.push(value)),
    host.call('add', 2).then((value) => order.push(value)),
    host.call('refuse').catch((error: Error) => order.push([error instanceof RangeError, error.message])),
  ])
  expect(order).toEqual(['first', 42, [true, 'not that one']])
  await expect(host.call('missing')).rejects.toThrow()
  expect(await host.call('add', 1)).toBe(41)
  await host.close()
  await expect(host.call('add', 1)).rejects.toThrow('The worker tested ended (exit code 0)')
})

test('buffers move both ways instead of being copied', async () => {
  const host = open()
  const bytes = Uint8Array.of(1, 2, 3)
  const back = await host.call<Uint8Array>('move', bytes, [bytes.buffer])
  expect(bytes.length).toBe(0)
  expect([...back]).toEqual([1, 2, 3])
  await host.close()
})

test('closing lets what was called end', async () => {
  const host = open()
  const blocked = host.call('block', 50)
  const later = host.call('later', 'still answered')
  await host.close()
  expect(await blocked).toBe('done')
  expect(await later).toBe('still answered')
})

test('code that fails outside a call rejects every call under way, and the host outlives it', async () => {
  const host = open()
  const calls = [host.call('explode'), host.call('add', 1)].map((call) => call.catch((error: Error) => error.message))
  expect(await Promise.all(calls)).toEqual(['a bug outside any call', 'a bug outside any call'])
  await host.exited
  await host.close()
})

test('what cannot be sent is an error at once, and the next call works', async () => {
  const host = open()
  await expect(host.call('add', () => {})).rejects.toThrow('could not be cloned')
  expect(await host.call('add', 2)).toBe(42)
  await host.close()
})

const run = promisify(execFile)
const inProcess = (body: string) =>
  run(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { startHost } from '@pixelrow/worker'
     const open = () => startHost(${JSON.stringify(source)}, { name: 'tested', data: { start: 40 } })
     ${body}`,
    ],
    { cwd: root },
  ).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
  )

test('an idle worker does not keep a process alive, a call under way does', async () => {
  expect(await inProcess(`const host = open(); console.log(await host.call('add', 2))`)).toEqual({
    code: 0,
    stdout: '42\n',
  })
  const script = `const host = open(); host.call('block', 100).then(console.log)`
  expect(await inProcess(script)).toEqual({ code: 0, stdout: 'unblocked\ndone\n' })
})

test('process.exit waits for a call under way, at most as long as was said', async () => {
  const ending = (patience: number, ms: number) => `
    const host = startHost(${JSON.stringify(source)}, { name: 'tested', data: { start: 40 }, exitPatience: ${patience} })
    await host.call('add', 1)
    host.call('block', ${ms})
    process.on('exit', () => console.log('exit'))
    setTimeout(() => process.exit(3), 50)`
  expect(await inProcess(ending(60_000, 500))).toEqual({ code: 3, stdout: 'unblocked\nexit\n' })
  expect(await inProcess(ending(1, 60_000))).toEqual({ code: 3, stdout: 'exit\n' })
})
