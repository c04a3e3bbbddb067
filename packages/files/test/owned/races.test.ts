import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { claim, claimFile, sweepTemporaries, writeFileAtomic } from '@pixelrow/files'
import { expect, test } from 'vitest'
import { listing, newFolder } from '../support.ts'
import { carriedOut, expectInOrder, folderWith, isFull, memory, type Step, shown } from './support.ts'

const rival = fileURLToPath(new URL('rival.mjs', import.meta.url))

/** A process that claims a folder as its script says, with pauses of its own between the calls of the file system. */
function start(folder: string, ...words: string[]): { child: ChildProcess; lines: AsyncIterator<string> } {
  const child = spawn(process.execPath, [rival, folder, ...words], { stdio: ['pipe', 'pipe', 'inherit'] })
  return { child, lines: createInterface({ input: child.stdout! })[Symbol.asyncIterator]() }
}

const next = async (lines: AsyncIterator<string>): Promise<string> => (await lines.next()).value

test('two processes on one folder: each sees and leaves files of one of them, never a mixture', async () => {
  const folder = join(newFolder(memory), 'out')
  const rounds = isFull ? '100' : '5'
  const rivals = ['one', 'two'].map((tag) => start(folder, 'often', tag, rounds))
  const said = await Promise.all(rivals.map(({ lines }) => next(lines)))
  expect(said).toEqual(['done', 'done'])
  const tag = shown(folder).a!
  await expectInOrder(folder, [{ a: tag, b: tag, c: tag }], 'after both')
})

/** A folder whose owner was killed while it held it. */
async function orphan(): Promise<string> {
  const folder = await folderWith({ a: 'old' })
  const steps: Step[] = [['claim'], ['write', 'a', 'new'], ['commit']]
  const { calls = 0 } = await carriedOut(await folderWith({ a: 'old' }), steps)
  await carriedOut(folder, steps, calls - 4)
  expect(existsSync(join(folder, '.pixelrow/lock'))).toBe(true)
  return folder
}

test('of several processes that take over a dead one’s folder at once, one has it', async () => {
  for (let round = 0; round < (isFull ? 5 : 1); round++) {
    const folder = await orphan()
    const rivals = Array.from({ length: 4 }, () => start(folder, 'once'))
    await Promise.all(rivals.map(({ lines }) => next(lines)))
    for (const { child } of rivals) child.stdin!.write('go\n')
    const said = await Promise.all(rivals.map(({ lines }) => next(lines)))
    expect(said.sort()).toEqual(['FILES_LOCKED', 'FILES_LOCKED', 'FILES_LOCKED', 'claimed'])
    await Promise.all(rivals.map(({ child }) => [child.stdin!.end(), once(child, 'exit')][1]))
    await expectInOrder(folder, [{ a: 'new' }], 'after all')
  }
})

test('of many claims at once in one process, one has it; the next comes when it is closed', async () => {
  const folder = newFolder(memory)
  for (let round = 0; round < 20; round++) {
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => claim(folder)))
    const outputs = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    expect(outputs).toHaveLength(1)
    for (const each of all) if (each.status === 'rejected') expect(each.reason.code).toBe('FILES_LOCKED')
    await outputs[0]!.close()
  }
  expect(listing(folder)).toEqual([])
})

test('parts of one job write files of one folder at once, and each is done', async () => {
  const folder = await orphan()
  const names = Array.from({ length: 12 }, (_, at) => `part-${at}.csv`)
  const write = async (name: string) => {
    await using output = await claimFile(join(folder, name))
    await output.write(name, name)
    await output.commit()
  }
  await Promise.all(names.map(write))
  await expectInOrder(folder, [{ a: 'new', ...Object.fromEntries(names.sort().map((name) => [name, name])) }], 'parts')
})

test('only temporaries of dead processes are swept: a living one’s stay, whoever sweeps', async () => {
  const folder = newFolder()
  const { child, lines } = start(folder, 'slow')
  expect(await next(lines)).toBe('writing')
  let mine = () => {}
  async function* parts() {
    yield 'a'
    await new Promise<void>((resolve) => {
      mine = resolve
    })
  }
  const written = writeFileAtomic(join(folder, 'mine'), parts())
  const temporaries = () => listing(folder).filter((name) => name.endsWith('.tmp'))
  await expect.poll(() => temporaries().length).toBe(2)
  await sweepTemporaries(folder)
  expect(temporaries()).toHaveLength(2)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await (await claim(folder)).close()
  expect(temporaries()).toHaveLength(1)
  mine()
  await written
  expect(listing(folder)).toEqual(['mine'])
})
