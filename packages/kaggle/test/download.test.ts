import { spawn } from 'node:child_process'
import { createCipheriv } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { claim, FileError, readManifest, stateOf } from '@pixelrow/files'
import { type TransferProgress, UnknownFileError } from '@pixelrow/kaggle'
import { expect, test } from 'vitest'
import { zipOf } from './server/zip.mjs'
import { count, failure, kaggleOf, listing, newFolder, readText, server, signedIn, slug } from './support.ts'

/** Bytes that do not pack, so that the zip has a size to cut. */
const noise = (length: number) =>
  createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(length))
const big = { files: { 'a/train.csv': noise(200_000), 'test.csv': noise(50_000) } }
const names = ['a', 'a/train.csv', 'test.csv']

test('all files arrive unpacked, in a folder that is made, and no zip stays', async () => {
  const { kaggle, started } = await kaggleOf({ competitions: [big] })
  const folder = join(newFolder(), 'new', 'data')
  const seen: TransferProgress[] = []
  const result = await kaggle.download(slug, { folder, onProgress: (progress) => seen.push(progress) })
  expect(result.files).toEqual([join(folder, 'a/train.csv'), join(folder, 'test.csv')])
  expect(result).toMatchObject({ resumedFrom: 0, bytes: started.state.zip(started.state.competitions[0]!).length })
  expect(listing(folder)).toEqual(names)
  expect(readFileSync(join(folder, 'a/train.csv'))).toEqual(big.files['a/train.csv'])
  expect(seen.at(-1)).toEqual({ name: `${slug}.zip`, bytes: result.bytes, totalBytes: result.bytes })
})

test('all files may stay packed', async () => {
  const { kaggle, started } = await kaggleOf({ competitions: [big] })
  const folder = newFolder()
  expect((await kaggle.download(slug, { folder, extract: false })).files).toEqual([join(folder, `${slug}.zip`)])
  expect(listing(folder)).toEqual([`${slug}.zip`])
  expect(readFileSync(join(folder, `${slug}.zip`))).toEqual(started.state.zip(started.state.competitions[0]!))
})

test('one file keeps its sub-folder, so that files of one name stay apart', async () => {
  const files = { 'a/x.csv': Buffer.from('1'), 'b/x.csv': Buffer.from('2'), 'c d%.csv': Buffer.from('3') }
  const { kaggle } = await kaggleOf({ competitions: [{ files }] })
  const folder = newFolder()
  for (const file of Object.keys(files))
    expect((await kaggle.download(slug, { folder, file })).files).toEqual([join(folder, file)])
  expect(listing(folder)).toEqual(['a', 'a/x.csv', 'b', 'b/x.csv', 'c d%.csv'])
  expect([readText(folder, 'a/x.csv'), readText(folder, 'b/x.csv'), readText(folder, 'c d%.csv')]).toEqual([
    '1',
    '2',
    '3',
  ])
})

test('one file that comes packed is unpacked, unless a zip was asked for', async () => {
  const content = noise(1000)
  const files = { 'x/train.csv.zip': zipOf({ 'train.csv': content }), 'all.zip': zipOf({ b: content }) }
  const { kaggle } = await kaggleOf({ competitions: [{ files }] })
  const folder = newFolder()
  await kaggle.download(slug, { folder, file: 'x/train.csv' })
  await kaggle.download(slug, { folder, file: 'all.zip' })
  expect(listing(folder)).toEqual(['all.zip', 'x', 'x/train.csv'])
  expect(readFileSync(join(folder, 'x/train.csv'))).toEqual(content)
  expect(readFileSync(join(folder, 'all.zip'))).toEqual(files['all.zip'])
})

test('an unknown file brings up the names that there are, and leaves nothing', async () => {
  const { kaggle } = await kaggleOf()
  const folder = join(newFolder(), 'data')
  const { message } = await failure(kaggle.download(slug, { folder, file: 'trian.csv' }), UnknownFileError)
  expect(message).toBe(`${slug} has no file "trian.csv". It has: train.csv, test.csv, sample_submission.csv.`)
  const outside = await failure(kaggle.download(slug, { folder, file: '../x' }), FileError)
  expect(outside.message).toBe('../x: cannot be downloaded: its name leads out of the folder (..).')
  expect(listing(join(folder, '..'))).toEqual([])
})

test('files that are there stay, and what was downloaded is not downloaded again', async () => {
  const { kaggle, started } = await kaggleOf({ competitions: [big] })
  const folder = newFolder()
  writeFileSync(join(folder, 'test.csv'), 'mine')
  const error = await failure(kaggle.download(slug, { folder }), FileError)
  expect(error.message).toContain('is there already. Nothing was written. Pass overwrite: true to replace it')
  expect(readText(folder, 'test.csv')).toBe('mine')
  const { bytes, resumedFrom } = await kaggle.download(slug, { folder, overwrite: true })
  expect(resumedFrom).toBe(bytes)
  expect(started.requests.at(-1)!.headers.range).toBe(`bytes=${bytes}-`)
  expect(readFileSync(join(folder, 'test.csv'))).toEqual(big.files['test.csv'])
  expect(listing(folder)).toEqual(names)

  const one = await failure(kaggle.download(slug, { folder, file: 'test.csv' }), FileError)
  expect(one).toMatchObject({ exists: true })
})

test('a folder that somebody writes to is left alone, before anything is downloaded', async () => {
  const { kaggle, started } = await kaggleOf({ competitions: [big] })
  const folder = newFolder()
  await using _ = await claim(folder, { by: 'another' })
  for (const file of [undefined, 'test.csv']) {
    const error = await failure(kaggle.download(slug, { folder, ...(file && { file }) }), FileError)
    expect(error).toMatchObject({ code: 'FILES_LOCKED', params: { by: 'another' } })
  }
  expect(count(started, 'storage.get')).toBe(0)
  expect(listing(folder)).toEqual([])
})

test('what was downloaded is written down, and all of it appears at once', async () => {
  const { kaggle } = await kaggleOf({ competitions: [big] })
  const folder = newFolder()
  // In the way of the second file: the first does not appear either.
  mkdirSync(join(folder, 'test.csv'))
  const error = await failure(kaggle.download(slug, { folder, overwrite: true }), FileError)
  expect(error).toMatchObject({ code: 'FILES_EXISTS' })
  expect(listing(folder).filter((name) => !name.includes('.part'))).toEqual(['test.csv'])
  rmSync(join(folder, 'test.csv'), { recursive: true })
  const { resumedFrom } = await kaggle.download(slug, { folder })
  expect(resumedFrom).toBeGreaterThan(0)
  const { files } = await readManifest(folder)
  expect(Object.keys(files).sort()).toEqual(['a/train.csv', 'test.csv'])
  expect(await stateOf(folder, 'a/train.csv', { exact: true })).toBe('whole')
})

test('after a run that was ended while it unpacked, what is there is left as it is', async () => {
  const { kaggle } = await kaggleOf({ competitions: [big] })
  const folder = newFolder()
  const all = await kaggle.download(slug, { folder })
  const before = statSync(join(folder, 'test.csv'))
  rmSync(join(folder, 'a/train.csv'))
  expect((await kaggle.download(slug, { folder })).files).toEqual(all.files)
  expect(readFileSync(join(folder, 'a/train.csv'))).toEqual(big.files['a/train.csv'])
  expect(statSync(join(folder, 'test.csv')).ino).toBe(before.ino)
  // The same size is not enough.
  writeFileSync(join(folder, 'test.csv'), Buffer.alloc(50_000))
  await failure(kaggle.download(slug, { folder }), FileError)
})

test('a cut is continued, also where ranges are not known or the address has expired', async () => {
  const { kaggle, started } = await kaggleOf({ competitions: [big] })
  for (const second of [{}, { noRange: true }, { status: 400 }]) {
    const folder = newFolder()
    started.requests.length = 0
    started.faults.clear()
    started.faults.add('storage.get', { cutAfter: 70_000 })
    started.faults.add('storage.get', second)
    await kaggle.download(slug, { folder })
    expect(readFileSync(join(folder, 'a/train.csv'))).toEqual(big.files['a/train.csv'])
    expect(listing(folder)).toEqual(names)
    const ranges = started.requests.filter(({ point }) => point === 'storage.get').map(({ headers }) => headers.range)
    expect(ranges.slice(0, 2)).toEqual([undefined, 'bytes=70000-'])
    // Each try has an address of its own, as the last one may have expired.
    expect(count(started, 'DownloadDataFiles')).toBe(ranges.length)
  }
})

test('a run that was killed is continued by the next, with one ranged request', async () => {
  const { kaggle, started } = await kaggleOf({ competitions: [big] })
  const folder = newFolder()
  started.faults.add('storage.get', { stallAfter: 100_000 })
  const script = `
    import { connect } from '@pixelrow/kaggle'
    const kaggle = await connect()
    const onProgress = ({ bytes }) => bytes === 100_000 && process.kill(process.pid, 'SIGKILL')
    await kaggle.download('${slug}', { folder: ${JSON.stringify(folder)}, onProgress })`
  const env = {
    PATH: process.env.PATH,
    KAGGLE_API_ENDPOINT: started.url,
    KAGGLE_API_TOKEN: started.state.token,
    HOME: folder,
  }
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd, env })
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
  expect(listing(folder)).toEqual([`${slug}.zip.part`, `${slug}.zip.part.json`])
  expect(readText(folder, `${slug}.zip.part.json`)).not.toMatch(/KGAT_|Signature/)

  expect(await kaggle.download(slug, { folder })).toMatchObject({ resumedFrom: 100_000 })
  const asked = started.requests.filter(({ point }) => point === 'storage.get').map(({ headers }) => headers.range)
  expect(asked).toEqual([undefined, 'bytes=100000-'])
  expect(readFileSync(join(folder, 'a/train.csv'))).toEqual(big.files['a/train.csv'])
  expect(listing(folder)).toEqual(names)
})

test('an abort keeps what has come, and unpacks nothing', async () => {
  const { kaggle, started } = await kaggleOf({ competitions: [big] })
  const folder = newFolder()
  const controller = new AbortController()
  started.faults.add('storage.get', { stallAfter: 100_000 })
  const onProgress = ({ bytes }: TransferProgress) => bytes === 100_000 && controller.abort(new Error('enough'))
  await expect(kaggle.download(slug, { folder, onProgress, signal: controller.signal })).rejects.toThrow('enough')
  expect(listing(folder)).toEqual([`${slug}.zip.part`, `${slug}.zip.part.json`])
})

test('a checksum that does not agree, a truncated and a hostile zip leave nothing', async () => {
  const { kaggle, started } = await kaggleOf({ competitions: [big] })
  const problems = [
    [{ corrupt: true }, `${slug}.zip: its MD5 is `],
    [{ truncate: 100_000, noHash: true }, `${slug}.zip: `],
    [{ corrupt: true, noHash: true }, `${slug}.zip, entry "a/train.csv": `],
  ] as const
  for (const [fault, message] of problems) {
    for (const options of [{}, { extract: false }]) {
      if (message.includes('entry') && 'extract' in options) continue
      const folder = newFolder()
      started.faults.add('storage.get', fault)
      const error = await failure(kaggle.download(slug, { folder, ...options }), FileError)
      expect(error.message.startsWith(message), error.message).toBe(true)
      expect(listing(folder).filter((name) => name !== 'a')).toEqual([])
    }
  }
  const hostile = await kaggleOf({ competitions: [{ files: { '../evil': Buffer.from('x') } }] })
  const folder = newFolder()
  const { message } = await failure(hostile.kaggle.download(slug, { folder }), FileError)
  expect(message).toContain(`${slug}.zip, entry "../evil": its name leads out of the folder (..)`)
  expect(listing(folder)).toEqual([])
})

test('CRC-32C is checked where storage has no MD5', async () => {
  const { kaggle, started } = await kaggleOf({ competitions: [{ files: { 'x.txt': Buffer.from('123456789') } }] })
  const folder = newFolder()
  started.faults.add('storage.get', { headers: { 'x-goog-hash': 'crc32c=AAAAAA==' } })
  const { message } = await failure(kaggle.download(slug, { folder, file: 'x.txt' }), FileError)
  expect(message).toContain('x.txt: its CRC32C is e3069283, expected 00000000. Nothing of it was kept.')
  started.faults.add('storage.get', { headers: { 'x-goog-hash': 'crc32c=4waSgw==' } })
  await kaggle.download(slug, { folder, file: 'x.txt' })
  expect(readText(folder, 'x.txt')).toBe('123456789')
})

test('429, 503 and silence of storage are waited for', async () => {
  const started = await server({ competitions: [big] })
  const kaggle = await signedIn(started, { stallTimeout: 1000 })
  started.faults.add('storage.get', { status: 429, headers: { 'retry-after': '0' } })
  started.faults.add('storage.get', { status: 503 })
  started.faults.add('storage.get', { hold: true })
  started.faults.add('storage.get', { stallAfter: 10 })
  const folder = newFolder()
  await kaggle.download(slug, { folder })
  expect(listing(folder)).toEqual(names)
  expect(count(started, 'storage.get')).toBe(5)
})

test('a folder that is not to be written to is a sentence', async () => {
  const started = await server()
  const folder = newFolder()
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, 'closed'), { mode: 0o555 })
  const script = `
    if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534) }
    import { connect } from '@pixelrow/kaggle'
    const kaggle = await connect()
    for (const folder of ['closed', 'closed/new'])
      await kaggle.download('${slug}', { folder: ${JSON.stringify(folder)} + '/' + folder }).catch(({ message }) => console.log(message))`
  const env = {
    PATH: process.env.PATH,
    KAGGLE_API_ENDPOINT: started.url,
    KAGGLE_API_TOKEN: started.state.token,
    HOME: '/',
  }
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd, env })
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  expect(await once(child, 'close')).toEqual([0, null])
  chmodSync(join(folder, 'closed'), 0o755)
  const [there, made] = printed.trim().split('\n')
  expect(there).toContain(`cannot be written: this user may not write in ${join(folder, 'closed')}.`)
  expect(made).toContain(`cannot be created: this user may not write in ${join(folder, 'closed')}.`)
  expect(listing(join(folder, 'closed'))).toEqual([])
})
