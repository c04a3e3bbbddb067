import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { claimFile } from '@pixelrow/files'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { carriedOut, expectInOrder, folderWith, isFull, type Shown, type Step, states } from './support.ts'

const before = { a: 'old a', b: 'old b', c: 'old c' }

const steps: Step[] = [
  ['claim'],
  ['write', 'a', 'new a'],
  ['write', 'deep/d', 'new d'],
  ['remove', 'c'],
  ['commit'],
  ['write', 'a', 'newer a'],
  ['commit'],
  ['write', 'b', 'never seen'],
  ['close'],
]

/** Kills a process before its n-th call, and then another one, before its m-th, that would put things in order. */
async function killed(files: Shown, all: readonly Step[], { n, m = 0 }: { n: number; m?: number }): Promise<boolean> {
  const folder = await folderWith(files)
  const { commits, calls } = await carriedOut(folder, all, n)
  if (m > 0) await carriedOut(folder, [['claim'], ['close']], m)
  const every = states(files, all)
  // What was committed is there; the commit under way may be.
  await expectInOrder(folder, every.slice(commits, commits + 2), `killed before call ${n}, and the next before ${m}`)
  return calls === undefined
}

test('a process killed at any call leaves the old files or the new ones, and nothing else after the next claim', async () => {
  const { calls = 0 } = await carriedOut(await folderWith(before), steps)
  expect(calls).toBeGreaterThan(50)
  // Some calls, others each time.
  const stride = isFull ? 3 : 10
  const first = 1 + Math.floor(Math.random() * stride)
  for (let n = first; n <= calls; n += stride) expect(await killed(before, steps, { n })).toBe(true)
})

if (isFull)
  test('killed twice: the process that puts things in order may be killed as well', async () => {
    const { calls = 0 } = await carriedOut(await folderWith(before), steps)
    for (let n = 20; n <= calls; n += 20) for (let m = 2; m < 60; m += 12) await killed(before, steps, { n, m })
  })

test('a lock that was removed by hand costs no file: whoever comes next finishes the swap', async () => {
  const single: Step[] = [['claimFile', 'b'], ['write', 'b', 'new b'], ['commit']]
  const { calls = 0 } = await carriedOut(await folderWith(before), single)
  for (const n of [calls - 12, calls - 9, calls - 6]) {
    const folder = await folderWith(before)
    await carriedOut(folder, single, n)
    for (const name of readdirSync(join(folder, '.pixelrow')))
      if (name.startsWith('lock')) rmSync(join(folder, '.pixelrow', name), { recursive: true })
    await (await claimFile(join(folder, 'other'))).close()
    await expectInOrder(folder, states(before, single), `killed before call ${n} of ${calls}`)
  }
})

const name = fc.constantFrom('a', 'b', 'c', 'deep/d')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constant('write' as const), name, fc.string({ maxLength: 9 })),
  fc.tuple(fc.constant('remove' as const), name),
  fc.constant(['commit'] as const),
)

test('any sequence of writes, removals and commits, killed anywhere', async () => {
  const claimed = fc.array(step, { minLength: 1, maxLength: 12 }).map((some): Step[] => [['claim'], ...some, ['close']])
  const sequences = fc.array(claimed, { minLength: 1, maxLength: 3 }).map((all) => all.flat())
  await fc.assert(
    fc.asyncProperty(sequences, fc.integer({ min: 0, max: 250 }), async (all, n) => {
      await killed(before, all, { n })
    }),
    { numRuns: isFull ? 25 : 5 },
  )
})
