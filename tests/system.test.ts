import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { expect, test } from 'vitest'
import { systemCode, systemReason } from '../common/system.ts'

const errorOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

test('a system’s error is told in words, without the call and the path that Node puts behind them', async () => {
  const missing = errorOf(() => readFileSync('/no/such/file'))
  expect([systemCode(missing), systemReason(missing)]).toEqual(['ENOENT', 'no such file'])
  const folder = await readFile('/').catch((error: unknown) => error)
  expect([systemCode(folder), systemReason(folder)]).toEqual(['EISDIR', 'that is a folder, not a file'])
  const rare = Object.assign(new Error('ENOTTY: inappropriate ioctl for device, read'), { code: 'ENOTTY', errno: -25 })
  expect(systemReason(rare)).toBe('the system gives ENOTTY')
})

test('a number that Node has no name for gets one, or stays a number', () => {
  const unknown = (errno: number) => {
    const code = `Unknown system error ${errno}`
    return Object.assign(new Error(`${code}: ${code}, read`), { code, errno, syscall: 'read' })
  }
  const stale = unknown(process.platform === 'linux' ? -constants.errno.ESTALE : -70)
  expect([systemCode(stale), systemReason(stale)]).toEqual(['ESTALE', 'its file server has lost sight of it'])
  expect(systemReason(unknown(-121))).toBe('the system gives error 121')
})

test('any other error keeps its own words', () => {
  const ended = errorOf(() => execFileSync(process.execPath, ['-e', 'process.exit(3)'], { stdio: 'ignore' }))
  expect([systemCode(ended), systemReason(ended)]).toEqual([undefined, (ended as Error).message])
  expect(systemReason('only a text')).toBe('only a text')
})
