import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type FileData, writeFileAtomic } from '@pixelrow/files'
import { describe, expect, test } from 'vitest'
import { failure, listing, newFolder, readText } from './support.ts'

const modeOf = (path: string) => statSync(path).mode & 0o777

async function* parts(...all: (string | Uint8Array)[]) {
  yield* all
}

describe('what is written', () => {
  const large = Uint8Array.from({ length: 9_000_000 }, (_, i) => i ^ (i >> 8))

  test.each<[string, () => FileData, string | Uint8Array]>([
    ['text, as UTF-8', () => 'größe\n', 'größe\n'],
    ['nothing', () => '', ''],
    ['bytes', () => large, large],
    ['bytes within others', () => large.subarray(5, 10), large.subarray(5, 10)],
    ['parts', () => ['a,', Uint8Array.of(98), '\n'], 'a,b\n'],
    ['parts that arrive', () => parts('a,', Uint8Array.of(98), '\n'), 'a,b\n'],
    ['no parts', () => [], ''],
  ])('%s is there, alone', async (_, data, expected) => {
    const folder = newFolder()
    const path = join(folder, 'a.csv')
    for (const each of [path, pathToFileURL(path)]) {
      await writeFileAtomic(each, data())
      expect(Buffer.compare(readFileSync(path), Buffer.from(expected))).toBe(0)
    }
    expect(listing(folder)).toEqual(['a.csv'])
  })

  test('appears all at once: a reader of the old file keeps it, no other name is seen in place', async () => {
    const folder = newFolder()
    const path = join(folder, 'a.csv')
    writeFileSync(path, 'old')
    async function* watched() {
      yield 'new '
      expect(readText(path)).toBe('old')
      yield 'content'
      expect(readText(path)).toBe('old')
    }
    await writeFileAtomic(path, watched())
    expect(readText(path)).toBe('new content')
  })

  test('by many at once is one of theirs, whole', async () => {
    const folder = newFolder()
    const path = join(folder, 'a')
    const all = Array.from({ length: 20 }, (_, i) => String.fromCharCode(97 + i).repeat(100_000))
    await Promise.all(all.map((each) => writeFileAtomic(path, each)))
    expect(all).toContain(readText(path))
    expect(listing(folder)).toEqual(['a'])
  })

  test('may have the longest name there is', async () => {
    const folder = newFolder()
    await writeFileAtomic(join(folder, 'n'.repeat(255)), 'x')
    const { message } = await failure(writeFileAtomic(join(folder, 'n'.repeat(256)), 'x'))
    expect(message).toContain('cannot be written: its name is too long')
  })
})

describe('permissions', () => {
  test('are those asked for, whatever the umask, also for a file that is there', async () => {
    const path = join(newFolder(), 'token')
    const before = process.umask(0o077)
    try {
      await writeFileAtomic(path, 'x', { mode: 0o644 })
      expect(modeOf(path)).toBe(0o644)
    } finally {
      process.umask(before)
    }
    await writeFileAtomic(path, 'secret', { mode: 0o600 })
    expect(modeOf(path)).toBe(0o600)
  })

  test('of a file that is replaced stay: a secret stays one', async () => {
    const path = join(newFolder(), 'token')
    writeFileSync(path, 'old', { mode: 0o600 })
    await writeFileAtomic(path, 'new')
    expect([modeOf(path), readText(path)]).toEqual([0o600, 'new'])
  })

  test('of a secret are right from its first byte', async () => {
    const folder = newFolder()
    async function* watched() {
      yield 'secret'
      expect(listing(folder).map((name) => modeOf(join(folder, name)))).toEqual([0o600])
    }
    await writeFileAtomic(join(folder, 'token'), watched(), { mode: 0o600 })
    expect(listing(folder)).toEqual(['token'])
  })

  test('of a new file are the system’s', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'plain'), '')
    await writeFileAtomic(join(folder, 'atomic'), '')
    expect(modeOf(join(folder, 'atomic'))).toBe(modeOf(join(folder, 'plain')))
  })
})

describe('a link at the path', () => {
  test('is followed to its file', async () => {
    const [folder, elsewhere] = [newFolder(), newFolder()]
    writeFileSync(join(elsewhere, 'real.csv'), 'old')
    symlinkSync(join(elsewhere, 'real.csv'), join(elsewhere, 'second'))
    symlinkSync(join(elsewhere, 'second'), join(folder, 'a.csv'))
    await writeFileAtomic(join(folder, 'a.csv'), 'new')
    expect(lstatSync(join(folder, 'a.csv')).isSymbolicLink()).toBe(true)
    expect(readText(join(elsewhere, 'real.csv'))).toBe('new')
    expect(listing(elsewhere)).toEqual(['real.csv', 'second'])
  })

  test('to a file that is still to be made, makes it', async () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'sub'))
    symlinkSync('sub/real.csv', join(folder, 'a.csv'))
    await writeFileAtomic(join(folder, 'a.csv'), 'new')
    expect(readText(join(folder, 'sub/real.csv'))).toBe('new')
    expect(listing(folder)).toEqual(['a.csv', 'sub', 'sub/real.csv'])
  })

  test('that leads in a circle is refused', async () => {
    const folder = newFolder()
    symlinkSync('b', join(folder, 'a'))
    symlinkSync('a', join(folder, 'b'))
    expect((await failure(writeFileAtomic(join(folder, 'a'), 'x'))).message).toContain('its links lead in a circle')
  })
})

describe('a failure leaves all as it was', () => {
  test.each<[string, (folder: string) => string, string]>([
    ['no folder', (folder) => join(folder, 'none/a.csv'), '/none does not exist. Create it, or check the path.'],
    [
      'a file for a folder',
      (folder) => join(folder, 'old.csv/a.csv'),
      '/old.csv is a file, not a folder. Check the path.',
    ],
    [
      'a folder for a file',
      (folder) => join(folder, 'sub'),
      '/sub: cannot be written: it is a folder. Pass the path of a file.',
    ],
  ])('%s', async (_, pathIn, problem) => {
    const folder = newFolder()
    mkdirSync(join(folder, 'sub'))
    writeFileSync(join(folder, 'old.csv'), 'old')
    const error = await failure(writeFileAtomic(pathIn(folder), 'new'))
    expect(error.message).toContain(problem)
    expect(error.file).toBe(pathIn(folder))
    expect(listing(folder)).toEqual(['old.csv', 'sub'])
    expect(readText(join(folder, 'old.csv'))).toBe('old')
  })

  test('of the data itself comes through as it is', async () => {
    const folder = newFolder()
    const path = join(folder, 'a.csv')
    writeFileSync(path, 'old')
    const reason = Object.assign(new Error('ENOENT: theirs'), { code: 'ENOENT', syscall: 'open' })
    async function* broken() {
      yield 'new'
      throw reason
    }
    await expect(writeFileAtomic(path, broken())).rejects.toBe(reason)
    expect([listing(folder), readText(path)]).toEqual([['a.csv'], 'old'])
  })

  test('by a signal: before, between and while the next part never comes', async () => {
    const folder = newFolder()
    const path = join(folder, 'a.csv')
    writeFileSync(path, 'old')
    const reason = new Error('Ctrl-C')
    await expect(writeFileAtomic(path, 'new', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const between = new AbortController()
    async function* aborting() {
      yield 'new'
      between.abort(reason)
      yield 'more'
    }
    await expect(writeFileAtomic(path, aborting(), { signal: between.signal })).rejects.toBe(reason)
    const late = new AbortController()
    async function* last() {
      yield 'all of it'
      late.abort(reason)
    }
    await expect(writeFileAtomic(path, last(), { signal: late.signal })).rejects.toBe(reason)
    const never = new AbortController()
    async function* stuck() {
      yield 'new'
      setImmediate(() => never.abort(reason))
      await new Promise(() => {})
    }
    await expect(writeFileAtomic(path, stuck(), { signal: never.signal })).rejects.toBe(reason)
    expect([listing(folder), readText(path)]).toEqual([['a.csv'], 'old'])
  })

  test('a signal that is never given leaves no listener behind', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const counting = Object.create(signal, {
      aborted: { get: () => signal.aborted },
      throwIfAborted: { value: () => signal.throwIfAborted() },
      addEventListener: { value: () => listeners++ },
      removeEventListener: { value: () => listeners-- },
    }) as AbortSignal
    await writeFileAtomic(join(newFolder(), 'a'), parts('1', '2'), { signal: counting })
    expect(listeners).toBe(0)
  })
})

test('a device is written to, not replaced', async () => {
  await writeFileAtomic('/dev/null', 'gone')
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
})

test('a file that was made read-only is replaced only by who may write to it', async () => {
  const path = join(newFolder(), 'a')
  writeFileSync(path, 'old')
  chmodSync(path, 0o444)
  if (process.getuid?.() === 0) await writeFileAtomic(path, 'new')
  else expect((await failure(writeFileAtomic(path, 'new'))).message).toContain('the file is read-only')
  expect([readText(path), modeOf(path)]).toEqual([process.getuid?.() === 0 ? 'new' : 'old', 0o444])
})
