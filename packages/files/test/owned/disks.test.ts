import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { claim } from '@pixelrow/files'
import { expect, test } from 'vitest'
import { inNode, listing, newFolder, readText } from '../support.ts'
import { expectInOrder, folderWith } from './support.ts'

test('a disk that takes no more leaves the old files whole, and the next try works', async () => {
  const before = { model: 'old model', history: 'old history' }
  const folder = await folderWith(before)
  // No file may have more than 8 KiB: writing stops in the middle, as on a full disk.
  const messages = await inNode(
    `process.chdir(${JSON.stringify(folder)})
    const { claim } = await import('@pixelrow/files')
    for (const sizes of [[10, 100_000], [100_000, 10]]) {
      const output = await claim('.')
      const write = async () => {
        await output.write('history', 'h'.repeat(sizes[0]))
        await output.write('model', 'm'.repeat(sizes[1]))
        await output.commit()
      }
      await refused(write())
      await output.close()
    }`,
    'ulimit -f 8',
  )
  const problem =
    'cannot be written: it is larger than a file may be here. Raise the limit (ulimit -f), or use another disk.'
  expect(messages).toEqual([`model: ${problem}`, `history: ${problem}`])
  await expectInOrder(folder, [before], 'after a full disk')
})

test('a folder or a file that is not to be written to is refused before the work, and nothing is left', async () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'closed'))
  writeFileSync(join(folder, 'closed/mine'), 'old')
  chmodSync(join(folder, 'closed'), 0o555)
  const output = await claim(join(folder, 'open'))
  await output.write('fixed', 'old')
  await output.commit()
  await output.close()
  chmodSync(join(folder, 'open/fixed'), 0o444)
  mkdirSync(join(folder, 'shut/.pixelrow'), { recursive: true, mode: 0o755 })
  for (const name of ['', 'open', 'open/.pixelrow']) chmodSync(join(folder, name), 0o777)
  // Root may write everywhere: then the script becomes somebody else first.
  const messages = await inNode(`
    const { claim, claimFile, settle } = await import('@pixelrow/files')
    if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534) }
    process.chdir(${JSON.stringify(folder)})
    await refused(claim('closed'))
    await refused(claim('closed/below'))
    await refused(claimFile('closed/mine', { force: true }))
    await refused(claim('open', { names: ['fixed'] }))
    await refused(claim('shut'))
    await settle('closed')`)
  chmodSync(join(folder, 'closed'), 0o755)
  expect(messages).toEqual([
    expect.stringMatching(/^closed\/\.pixelrow: cannot be written: this user may not write in closed\. /),
    expect.stringMatching(/^closed\/below: cannot be created: this user may not write in closed\. /),
    expect.stringMatching(/^closed\/mine: cannot be written: this user may not write in closed\. /),
    'open/fixed: cannot be written: the file is read-only. Change its permissions, or choose another name.',
    expect.stringMatching(/^shut\/\.pixelrow: cannot be written: this user may not write in shut\. /),
  ])
  expect(listing(join(folder, 'closed'))).toEqual(['mine'])
  expect(listing(join(folder, 'open')).filter((name) => !/manifest/.test(name))).toEqual(['.pixelrow', 'fixed'])
  expect(readText(join(folder, 'closed/mine'))).toBe('old')
})
