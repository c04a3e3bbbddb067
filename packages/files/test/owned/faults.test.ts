import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { isFull } from './support.ts'

const run = promisify(execFile)

test('whichever call fails: all old files or all new ones, no raw error, nothing left, and it works again', async () => {
  const codes = ['ENOSPC', ...(isFull ? ['EIO', 'EBUSY', 'EXDEV'] : [])]
  const script = fileURLToPath(new URL('faulty.mjs', import.meta.url))
  const { stdout } = await run(process.execPath, [script, ...codes])
  const { done, problems } = JSON.parse(stdout)
  expect(problems).toEqual([])
  expect(done).toBeGreaterThan(60 * codes.length)
})
