import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { writeFileAtomic } from '@pixelrow/files'
import { expect, test } from 'vitest'
import { failure, inNode, listing, newFolder, packageFolder, readText } from './support.ts'
import { zipOf } from './writer.ts'

const run = promisify(execFile)

test('a disk that takes no more leaves the old file, and no half of a new one', async () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'a.csv'), 'old')
  const data = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i) >> 7)
  writeFileSync(
    join(folder, 'big.zip'),
    zipOf([
      { name: 'small', data: '1' },
      { name: 'sub/big', data },
    ]),
  )
  // No file may have more than 8 KiB: writing stops in the middle, as on a full disk.
  const messages = await inNode(
    `process.chdir(${JSON.stringify(folder)})
    await refused(writeFileAtomic('a.csv', 'x'.repeat(100_000)))
    await refused(extractZip('big.zip', 'out'))
    await refused(cached('k', (partial) => writeFileAtomic(partial + '/a', 'x'.repeat(100_000)), { folder: 'cache' }))`,
    'ulimit -f 8',
  )
  const problem =
    'cannot be written: it is larger than a file may be here. Raise the limit (ulimit -f), or use another disk.'
  expect(messages[0]).toBe(`a.csv: ${problem}`)
  expect(messages[1]).toBe(`${join(folder, 'out/sub/big')}: ${problem}`)
  expect(messages[2]).toContain(problem)
  expect(readText(join(folder, 'a.csv'))).toBe('old')
  expect(listing(folder)).toEqual(['a.csv', 'big.zip', 'cache', 'out', 'out/small', 'out/sub'])
})

test.runIf(existsSync('/dev/full'))('a full disk says so', async () => {
  const { message } = await failure(writeFileAtomic('/dev/full', 'x'))
  expect(message).toBe('/dev/full: cannot be written: the disk is full. Free some space and try again.')
})

test('a folder that is not to be written to is refused, with what to do', async () => {
  const folder = newFolder()
  const closed = join(folder, 'closed')
  mkdirSync(closed)
  writeFileSync(join(closed, 'a.zip'), zipOf([{ name: 'a', data: '1' }]))
  writeFileSync(join(closed, 'mine'), 'old')
  writeFileSync(join(closed, 'secret.zip'), 'x')
  chmodSync(join(closed, 'secret.zip'), 0)
  chmodSync(join(closed, 'mine'), 0o444)
  chmodSync(closed, 0o555)
  chmodSync(folder, 0o755)
  // Root may write everywhere: then the script becomes somebody else first.
  const messages = await inNode(`
    if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534) }
    process.chdir(${JSON.stringify(folder)})
    await refused(writeFileAtomic('closed/new', 'x'))
    await refused(writeFileAtomic('closed/mine', 'x'))
    await refused(extractZip('closed/a.zip', 'closed/out'))
    await refused(cached('k', async () => {}, { folder: 'closed/cache' }))
    await refused(readZip('closed/secret.zip'))`)
  chmodSync(closed, 0o755)
  expect(messages).toEqual([
    'closed/new: cannot be written: this user may not write in closed. Choose another folder, or change its permissions.',
    'closed/mine: cannot be written: the file is read-only. Change its permissions, or choose another name.',
    `${join(closed, 'out')}: cannot be created: this user may not write in ${closed}. Choose another folder, or change its permissions.`,
    expect.stringContaining('cannot be created: this user may not write in'),
    'closed/secret.zip: cannot be read: this user may not read it. Check its permissions.',
  ])
  expect(listing(closed)).toEqual(['a.zip', 'mine', 'secret.zip'])
})

test('a process that is killed in the middle leaves the old file', async () => {
  const folder = newFolder()
  const path = join(folder, 'a.csv')
  writeFileSync(path, 'old')
  const script = `
    async function* parts() {
      yield 'new'
      process.kill(process.pid, 'SIGKILL')
      yield 'more'
    }
    await writeFileAtomic(${JSON.stringify(path)}, parts())`
  await expect(inNode(script)).rejects.toMatchObject({ signal: 'SIGKILL' })
  expect(readText(path)).toBe('old')
})

test('the CommonJS build reads and writes too, and importing either loads nothing else', async () => {
  const folder = newFolder()
  const script = `
    const { extractZip, FileError, readZip } = require('@pixelrow/files')
    readZip('none.zip').catch((error) => console.log(error instanceof FileError, error.message))`
  const { stdout } = await run(process.execPath, ['--input-type=commonjs', '-e', script], { cwd: packageFolder })
  expect(stdout).toBe('true none.zip: cannot be read: there is no such file. Check the path.\n')
  expect(listing(folder)).toEqual([])
})
