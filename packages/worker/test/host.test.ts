import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type HostOptions, startHost, WorkerError } from '@pixelrow/worker'
import { describe, expect, test } from 'vitest'
import { root, source } from './source.ts'

const run = promisify(execFile)
const inProcess = (body: string) =>
  run(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { startHost } from '@pixelrow/worker'
     const open = (more) => startHost(${JSON.stringify(source)}, { name: 'tested', data: { start: 40 }, ...more })
     ${body}`,
    ],
    { cwd: root },
  ).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
  )

describe.each([
  ['a thread', false],
  ['a process', true],
])('%s', (_, isolate) => {
  const open = () => startHost(source, { name: 'tested', data: { start: 40 }, isolate })

  test('is where the worker runs', async () => {
    const host = open()
    expect((await host.call<number>('pid')) === process.pid).toBe(!isolate)
    await host.close()
  })

  test('has variables of its own beside ours', async () => {
    const host = startHost(source, { name: 'tested', data: { start: 40 }, isolate, env: { PIXELROW_TESTED: 'yes' } })
    expect(await host.call('variable', 'PIXELROW_TESTED')).toBe('yes')
    expect(await host.call('variable', 'PATH')).toBe(process.env.PATH)
    expect(process.env.PIXELROW_TESTED).toBeUndefined()
    await host.close()
  })

  test('answers calls in their order, errors keep their kind', async () => {
    const host = open()
    const order: unknown[] = []
    await Promise.all([
      host.call('later', 'first').then((value) => order.push(value)),
      host.call('add', 2).then((value) => order.push(value)),
      host.call('refuse').catch((error: Error) => order.push([error instanceof RangeError, error.message])),
      host.call('refuseNothing').catch((error) => order.push(error)),
    ])
    expect(order).toEqual(['first', 42, [true, 'not that one'], undefined])
    await expect(host.call('missing')).rejects.toThrow()
    expect(await host.call('add', 1)).toBe(41)
    await host.close()
    const gone = await host.call('add', 1).catch((error) => error)
    expect(gone).toBeInstanceOf(WorkerError)
    expect(gone).toMatchObject({
      code: 'WORKER_ENDED',
      params: { name: 'tested', ended: 'exit code 0' },
      message: expect.stringMatching(/tested ended \(exit code 0\)\.$/),
    })
  })

  test('moves buffers both ways, and what comes back has its memory to itself', async () => {
    const host = open()
    const bytes = Uint8Array.of(1, 2, 3)
    const back = await host.call<Uint8Array>('move', bytes, [bytes.buffer])
    expect(bytes.length).toBe(0)
    expect([...back]).toEqual([1, 2, 3])
    expect(back.buffer.byteLength).toBe(3)
    const numbers = Float64Array.of(1, 3).subarray(1)
    expect(await host.call('list', numbers)).toEqual({
      halves: Float64Array.of(1.5),
      texts: ['a', 'b'],
      big: BigInt64Array.of(1n, -2n),
    })
    expect(numbers[0]).toBe(3)
    const large = Uint8Array.from({ length: 3e6 }, (_, i) => i % 251)
    expect(Buffer.compare(await host.call<Uint8Array>('move', large), large)).toBe(0)
    await host.close()
  })

  test('lets what was called end before it is closed', async () => {
    const host = open()
    const blocked = host.call('block', 50)
    const later = host.call('later', 'still answered')
    await host.close()
    expect(await blocked).toBe('done')
    expect(await later).toBe('still answered')
    await host.close()
  })

  test('that fails outside a call rejects every call under way, and the host outlives it', async () => {
    const host = open()
    const caught = (error: Error) => [error.name, error.message]
    const calls = [host.call('explode'), host.call('add', 1)].map((call) => call.catch(caught))
    const expected = ['RangeError', 'a bug outside any call']
    expect(await Promise.all(calls)).toEqual([expected, expected])
    await host.exited
    expect(await host.call('add', 1).catch(caught)).toEqual(expected)
    await host.close()
  })

  test('is an error at once for what cannot be sent, and the next call works', async () => {
    const host = open()
    await expect(host.call('add', () => {})).rejects.toThrow('could not be cloned')
    expect(await host.call('add', 2)).toBe(42)
    await host.close()
  })

  test('does not keep the app alive while it is idle, but during a call and while it is being closed', async () => {
    const openOne = `const host = open({ isolate: ${isolate} })`
    expect(await inProcess(`${openOne}; console.log(await host.call('add', 2))`)).toEqual({ code: 0, stdout: '42\n' })
    expect(await inProcess(`${openOne}; host.call('block', 100).then(console.log)`)).toEqual({
      code: 0,
      stdout: 'unblocked\ndone\n',
    })
    expect(await inProcess(`${openOne}; host.call('later', 'x'); await host.close(); console.log('closed')`)).toEqual({
      code: 0,
      stdout: 'closed\n',
    })
  })
})

test('process.exit waits for a call under way, at most as long as was said', async () => {
  const ending = (patience: number, ms: number) => `
    const host = open({ exitPatience: ${patience} })
    await host.call('add', 1)
    host.call('block', ${ms})
    process.on('exit', () => console.log('exit'))
    setTimeout(() => process.exit(3), 50)`
  expect(await inProcess(ending(60_000, 500))).toEqual({ code: 3, stdout: 'unblocked\nexit\n' })
  expect(await inProcess(ending(1, 60_000))).toEqual({ code: 3, stdout: 'exit\n' })
})

test.each<[object, string, string]>([
  [
    { name: 'x', exitPatiance: 1 },
    'WORKER_OPTION_UNKNOWN',
    'startHost: there is no option exitPatiance. Did you mean exitPatience?',
  ],
  [{ name: 1 }, 'WORKER_OPTION_INVALID', 'startHost: name must be a text; found 1.'],
  [
    { name: 'x', exitPatience: Number.NaN },
    'WORKER_OPTION_INVALID',
    'startHost: exitPatience must be a number of at least 0; found NaN.',
  ],
  [{ name: 'x', env: { A: 1 } }, 'WORKER_OPTION_INVALID', 'startHost: env must be texts by name; found {"A":1}.'],
  [{ name: 'x', isolate: 'yes' }, 'WORKER_OPTION_INVALID', "startHost: isolate must be true or false; found 'yes'."],
  [
    { name: 'x', resourceLimits: { maxOldGenerationSizeMb: 0 } },
    'WORKER_OPTION_INVALID',
    'startHost: resourceLimits.maxOldGenerationSizeMb must be a number above 0; found 0.',
  ],
])('options that do not fit are refused: %o', (options, code, message) => {
  const start = () => startHost(source, options as HostOptions)
  expect(start).toThrow(WorkerError)
  expect(start).toThrow(
    expect.objectContaining({ code, message, params: expect.objectContaining({ where: 'startHost' }) }),
  )
})
