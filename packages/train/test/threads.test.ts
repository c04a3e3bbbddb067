import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** All 50 in the full suite; a few are enough to see a regression. */
const TIMES = process.env.PIXELROW_FULL ? 50 : 3

test(`an app lives on when a thread of its that trains is ended, ${TIMES} times, and a thread trains to the same bits`, async () => {
  const app = fileURLToPath(new URL('./fixtures/thread-training.mjs', import.meta.url))
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [app, String(TIMES)])
  expect({ stdout, stderr }).toEqual({ stdout: 'alive, the same weights\n', stderr: '' })
}, 600_000)
