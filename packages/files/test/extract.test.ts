import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type ExtractProgress, extractZip } from '@pixelrow/files'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { failure, fixture, listing, newFolder, readText } from './support.ts'
import { type Member, utf8, zipOf } from './writer.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const members: Member[] = [
  { name: 'train.csv', data: 'label\n1\n' },
  { name: 'sub/' },
  { name: 'sub/deep/test.csv', data: 'x\n', method: 0 },
  { name: 'empty/folder/' },
]

test('files and folders come out, with their paths', async () => {
  const folder = join(newFolder(), 'new', 'out')
  const { files, bytes } = await extractZip(zipOf(members), folder)
  expect(files).toEqual([join(folder, 'train.csv'), join(folder, 'sub/deep/test.csv')])
  expect(bytes).toBe(10)
  expect(listing(folder)).toEqual(['empty', 'empty/folder', 'sub', 'sub/deep', 'sub/deep/test.csv', 'train.csv'])
  expect(files.map(readText)).toEqual(['label\n1\n', 'x\n'])
})

test('a zip on disk comes out by path and by URL; files are neither executable nor anyone’s to write', async () => {
  for (const source of [fixture('zip'), pathToFileURL(fixture('zip'))]) {
    const folder = newFolder()
    await extractZip(source, pathToFileURL(folder))
    expect(listing(folder)).toEqual(['data', 'data/größe.txt', 'data/sample.csv', 'train.csv'])
    expect(statSync(join(folder, 'train.csv')).mode & 0o133).toBe(0)
  }
})

test('an empty zip makes an empty folder', async () => {
  const folder = join(newFolder(), 'out')
  expect(await extractZip(zipOf([]), folder)).toEqual({ files: [], bytes: 0 })
  expect(listing(folder)).toEqual([])
})

test('a filter takes what is wanted; what is not wanted need not be readable', async () => {
  const folder = newFolder()
  const zip = zipOf([...members, { name: 'secret', flags: 1 }, { name: 'big', data: 'x'.repeat(999) }])
  await extractZip(zip, folder, { filter: ({ name }) => name === 'train.csv', maxTotal: 100 })
  expect(listing(folder)).toEqual(['train.csv'])
})

test('progress is told with totals', async () => {
  const seen: ExtractProgress[] = []
  await extractZip(zipOf(members), newFolder(), { onProgress: (progress) => void seen.push(progress) })
  expect(seen.map(({ entry, files, bytes }) => [entry, files, bytes])).toEqual([
    ['train.csv', 0, 8],
    ['train.csv', 1, 8],
    ['sub/deep/test.csv', 1, 10],
    ['sub/deep/test.csv', 2, 10],
  ])
  for (const { totalFiles, totalBytes } of seen) expect([totalFiles, totalBytes]).toEqual([2, 10])
})

describe('what is there', () => {
  test('stays, and nothing is written, unless overwrite is asked for', async () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'sub/deep'), { recursive: true })
    writeFileSync(join(folder, 'sub/deep/test.csv'), 'mine')
    const error = await failure(extractZip(zipOf(members), folder))
    const path = join(folder, 'sub/deep/test.csv')
    expect(error.message).toBe(
      `zip, entry "sub/deep/test.csv": ${path} is there already. Nothing was written. Pass overwrite: true to replace it, or choose another folder.`,
    )
    expect(listing(folder)).toEqual(['sub', 'sub/deep', 'sub/deep/test.csv'])
    expect(readText(path)).toBe('mine')
    await extractZip(zipOf(members), folder, { overwrite: true })
    expect(readText(path)).toBe('x\n')
  })

  test('in the way is named', async () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'train.csv/x'), { recursive: true })
    for (const overwrite of [false, true]) {
      const error = await failure(extractZip(zipOf(members), folder, { overwrite }))
      const problem =
        'train.csv is there already, and is a folder. Nothing was written. Remove it, or choose another folder.'
      expect(error.message).toContain(problem)
      expect(listing(folder)).toEqual(['train.csv', 'train.csv/x'])
    }
    writeFileSync(join(folder, 'sub'), 'a file')
    const { message } = await failure(extractZip(zipOf(members.slice(1)), folder, { overwrite: true }))
    expect(message).toContain(`cannot be created: there is a file or a link sub in ${folder}. Remove it`)
    expect(listing(folder)).toEqual(['sub', 'train.csv', 'train.csv/x'])
  })

  test('is never written through a link', async () => {
    const [folder, outside] = [newFolder(), newFolder()]
    writeFileSync(join(outside, 'train.csv'), 'theirs')
    symlinkSync(outside, join(folder, 'sub'))
    const { message } = await failure(extractZip(zipOf(members.slice(2)), folder, { overwrite: true }))
    expect(message).toContain('there is a file or a link sub')
    symlinkSync(join(outside, 'train.csv'), join(folder, 'train.csv'))
    expect((await failure(extractZip(zipOf(members.slice(0, 1)), folder))).message).toContain('is there already')
    await extractZip(zipOf(members.slice(0, 1)), folder, { overwrite: true })
    expect(readText(join(folder, 'train.csv'))).toBe('label\n1\n')
    expect(listing(outside)).toEqual(['train.csv'])
    expect(readText(join(outside, 'train.csv'))).toBe('theirs')
  })

  test('may be a folder behind a link, when it is the one given', async () => {
    const [folder, real] = [newFolder(), newFolder()]
    symlinkSync(real, join(folder, 'link'))
    await extractZip(zipOf(members), join(folder, 'link'))
    expect(listing(real)).toContain('train.csv')
  })
})

describe('nothing half-written is left', () => {
  const large = new Uint8Array(3_000_000).map((_, i) => i * 31)

  test('by an entry that is damaged: those before it are whole, it does not appear', async () => {
    const folder = newFolder()
    const bad = { name: 'b.bin', data: large, central: { crc: 1 }, local: { crc: 1 } }
    const error = await failure(extractZip(zipOf([{ name: 'a', data: '1' }, bad, { name: 'c' }]), folder))
    expect(error.message).toContain('zip, entry "b.bin": expected a CRC-32 of 00000001')
    expect(listing(folder)).toEqual(['a'])
  })

  test('nor by an old file replaced with a damaged one', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'b.bin'), 'old')
    const bad = { name: 'b.bin', data: large, central: { size: 99 }, local: { size: 99 } }
    await failure(extractZip(zipOf([bad]), folder, { overwrite: true }))
    expect(listing(folder)).toEqual(['b.bin'])
    expect(readText(join(folder, 'b.bin'))).toBe('old')
  })

  test('by a signal', async () => {
    const folder = newFolder()
    const control = new AbortController()
    const reason = new Error('Ctrl-C')
    const onProgress = ({ entry }: ExtractProgress) => entry === 'b' && control.abort(reason)
    const zip = zipOf([
      { name: 'a', data: '1' },
      { name: 'b', data: large },
      { name: 'c', data: '3' },
    ])
    await expect(extractZip(zip, folder, { signal: control.signal, onProgress })).rejects.toBe(reason)
    expect(listing(folder)).toEqual(['a'])
    await expect(extractZip(zip, join(folder, 'new'), { signal: control.signal })).rejects.toBe(reason)
    expect(listing(folder)).toEqual(['a'])
  })

  test.each<[string, Member, string]>([
    ['is encrypted', { name: 'b', flags: 1 }, 'is encrypted'],
    ['is packed otherwise', { name: 'b', method: 9 }, 'is packed with Deflate64'],
    ['leads out', { name: '../b' }, 'leads out of the folder'],
    ['is a link', { name: 'b', mode: 0o120777, data: '/etc' }, 'is a link'],
    ['is a bomb', { name: 'b', central: { size: 1e9 } }, 'as zip bombs do'],
  ])('nor anything at all when one entry %s', async (_, member, problem) => {
    const parent = newFolder()
    const { message } = await failure(extractZip(zipOf([...members, member]), join(parent, 'out')))
    expect(message).toContain(problem)
    expect(listing(parent)).toEqual([])
  })

  test('nor when all is too much', async () => {
    const parent = newFolder()
    const { message } = await failure(
      extractZip(zipOf(members), join(parent, 'out'), { maxTotal: 9, name: 'data.zip' }),
    )
    expect(message).toMatch(/^data\.zip: unpacks to 10 bytes, more than the limit of 9 bytes\. If you trust/)
    expect(listing(parent)).toEqual([])
  })
})

describe('other systems', () => {
  const on = (platform: string) => vi.stubGlobal('process', Object.create(process, { platform: { value: platform } }))

  test.each([
    ['a:b.csv', 'holds a character that Windows forbids'],
    ['a/what?.csv', 'holds a character that Windows forbids'],
    ['a/nul', 'is that of a device on Windows'],
    ['COM1.csv', 'is that of a device on Windows'],
    ['a./b', 'ends in a dot or a space'],
    ['.. /b', 'ends in a dot or a space'],
  ])('%j cannot be a path on Windows, and can be one elsewhere', async (name, problem) => {
    const folder = newFolder()
    const safe = name === 'a:b.csv' ? 'x/a:b.csv' : name
    on('win32')
    const { message } = await failure(extractZip(zipOf([{ name: safe }]), folder))
    expect(message).toContain(problem)
    expect(listing(folder)).toEqual([])
    vi.unstubAllGlobals()
    await extractZip(zipOf([{ name: safe }]), folder)
    expect(existsSync(join(folder, safe))).toBe(true)
  })

  test('names that differ in case clash on Windows and macOS, and not on Linux', async () => {
    const zip = zipOf([
      { name: 'Ä.csv', data: '1' },
      { name: 'a\u0308.csv', data: '2' },
    ])
    for (const platform of ['win32', 'darwin']) {
      on(platform)
      expect((await failure(extractZip(zip, newFolder()))).message).toContain('differs from another name in case only')
    }
    on('linux')
    const folder = newFolder()
    await extractZip(zip, folder)
    expect(listing(folder)).toHaveLength(2)
  })
})

test('the same zip comes out the same again after it was removed', async () => {
  const folder = newFolder()
  const path = join(folder, 'a.zip')
  writeFileSync(path, zipOf(members))
  await extractZip(path, join(folder, 'out'))
  rmSync(join(folder, 'out'), { recursive: true })
  await extractZip(path, join(folder, 'out'))
  expect(new Uint8Array(readFileSync(join(folder, 'out/train.csv')))).toEqual(utf8('label\n1\n'))
})
