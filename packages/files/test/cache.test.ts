import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cached, cacheFolder, temporaryIn } from '@pixelrow/files'
import { describe, expect, test } from 'vitest'
import { failure, listing, newFolder, readText } from './support.ts'

const run = promisify(execFile)
const cwd = fileURLToPath(new URL('..', import.meta.url))

describe('the cache folder', () => {
  test.each<[NodeJS.Platform, NodeJS.ProcessEnv, string]>([
    ['linux', { HOME: '/h' }, '/h/.cache/pixelrow'],
    ['linux', { HOME: '/h', XDG_CACHE_HOME: '/x' }, '/x/pixelrow'],
    ['linux', { HOME: '/h', XDG_CACHE_HOME: 'relative' }, '/h/.cache/pixelrow'],
    ['linux', { HOME: '/h', XDG_CACHE_HOME: '' }, '/h/.cache/pixelrow'],
    ['darwin', { HOME: '/h' }, '/h/Library/Caches/pixelrow'],
    ['darwin', { HOME: '/h', XDG_CACHE_HOME: '/x' }, '/x/pixelrow'],
    ['win32', { LOCALAPPDATA: '/l', XDG_CACHE_HOME: '/x' }, '/l/pixelrow'],
    ['win32', { USERPROFILE: '/u' }, '/u/AppData/Local/pixelrow'],
    ['linux', { HOME: '/h', XDG_CACHE_HOME: '/x', PIXELROW_CACHE: '/mine' }, '/mine'],
    ['win32', { LOCALAPPDATA: '/l', PIXELROW_CACHE: '/mine' }, '/mine'],
    ['linux', { PIXELROW_CACHE: 'here' }, resolve('here')],
    ['linux', {}, join(homedir(), '.cache/pixelrow')],
  ])('on %s with %j', (platform, env, expected) => {
    expect(cacheFolder(undefined, { platform, env })).toBe(expected)
  })

  test('of another name has a variable of its own', () => {
    const env = { HOME: '/h', PIXELROW_CACHE: '/mine', MY_TOOL_CACHE: '/theirs' }
    expect(cacheFolder('my-tool', { env, platform: 'linux' })).toBe('/theirs')
    expect(cacheFolder('other', { env, platform: 'linux' })).toBe('/h/.cache/other')
  })

  test('is the process’s own without options', () => {
    expect(cacheFolder()).toBe(cacheFolder('pixelrow', { env: process.env, platform: process.platform }))
  })
})

const write = (text: string) => async (folder: string) => writeFileSync(join(folder, 'a.txt'), text)

describe('a cached folder', () => {
  test('is made once, and is whole when it is there', async () => {
    const folder = join(newFolder(), 'not', 'yet')
    const seen: string[][] = []
    const make = async (partial: string) => {
      seen.push(listing(folder).filter((name) => !name.endsWith('.tmp')))
      await write('1')(partial)
      mkdirSync(join(partial, 'sub'))
    }
    const path = await cached('digits/1.2.6', make, { folder })
    expect(path).toBe(join(folder, 'digits/1.2.6'))
    expect(listing(path)).toEqual(['.complete', 'a.txt', 'sub'])
    expect(await cached('digits/1.2.6', make, { folder })).toBe(path)
    // While it was made, its own name was not there.
    expect(seen).toEqual([['digits']])
    expect(readdirSync(join(folder, 'digits'))).toEqual(['1.2.6'])
  })

  test('lies in the cache unless said otherwise', async () => {
    const before = process.env.PIXELROW_CACHE
    process.env.PIXELROW_CACHE = newFolder()
    try {
      expect(await cached('a', write('1'))).toBe(join(cacheFolder(), 'a'))
    } finally {
      if (before === undefined) delete process.env.PIXELROW_CACHE
      else process.env.PIXELROW_CACHE = before
    }
  })

  test('that is not whole is made again', async () => {
    const folder = newFolder()
    const path = await cached('a', write('1'), { folder })
    const removed = () => rmSync(path, { recursive: true })
    const damages = [
      () => rmSync(join(path, '.complete')),
      removed,
      () => {
        removed()
        mkdirSync(path)
      },
      () => {
        removed()
        writeFileSync(path, 'a file')
      },
    ]
    for (const [i, damage] of damages.entries()) {
      damage()
      expect(await cached('a', write(`new ${i}`), { folder })).toBe(path)
      expect(readText(join(path, 'a.txt'))).toBe(`new ${i}`)
      expect(readdirSync(folder)).toEqual(['a'])
    }
  })

  test('that cannot be made leaves nothing, and its error comes through', async () => {
    const folder = newFolder()
    const reason = new Error('no network')
    const broken = async (partial: string) => {
      await write('half')(partial)
      throw reason
    }
    await expect(cached('a', broken, { folder })).rejects.toBe(reason)
    expect(listing(folder)).toEqual([])
    expect(readText(join(await cached('a', write('1'), { folder }), 'a.txt'))).toBe('1')
  })

  test('asked for twice at once in a process is made once', async () => {
    const folder = newFolder()
    let count = 0
    const make = async (partial: string) => {
      count++
      await write('1')(partial)
    }
    const all = await Promise.all([1, 2, 3].map(() => cached('a', make, { folder })))
    expect([new Set(all).size, count]).toEqual([1, 1])
  })

  test('asked for by processes at once, absent or damaged, is whole for each of them', async () => {
    const folder = newFolder()
    const script = `
      import { readFileSync, writeFileSync } from 'node:fs'
      import { cached } from '@pixelrow/files'
      const path = await cached('a', async (partial) => {
        for (let i = 0; i < 50; i++) writeFileSync(partial + '/' + i, 'x'.repeat(10_000))
      }, { folder: ${JSON.stringify(folder)} })
      for (let i = 0; i < 50; i++) if (readFileSync(path + '/' + i).length !== 10_000) throw new Error('not whole')`
    const node = () => run(process.execPath, ['--input-type=module', '-e', script], { cwd })
    await Promise.all([node(), node(), node(), node()])
    expect(listing(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
    rmSync(join(folder, 'a/.complete'))
    rmSync(join(folder, 'a/7'))
    await Promise.all([node(), node(), node(), node()])
    expect(readdirSync(folder)).toEqual(['a'])
    expect(readdirSync(join(folder, 'a'))).toHaveLength(51)
  })

  test('that a killed process was making goes with the next call, and what a living one makes stays', async () => {
    const folder = newFolder()
    const script = `
      import { writeFileSync } from 'node:fs'
      import { cached } from '@pixelrow/files'
      await cached('a', async (partial) => {
        writeFileSync(partial + '/half', '')
        process.kill(process.pid, 'SIGKILL')
      }, { folder: ${JSON.stringify(folder)} })`
    await expect(run(process.execPath, ['--input-type=module', '-e', script], { cwd })).rejects.toThrow()
    expect(listing(folder)).toHaveLength(2)
    const living = temporaryIn(folder)
    mkdirSync(living)
    writeFileSync(join(folder, 'mine'), '')
    await cached('b', write('1'), { folder })
    expect(readdirSync(folder).sort()).toEqual([basename(living), 'b', 'mine'])
  })

  test.each(['', '..', '../a', 'a/../b', '/a', 'a//b', 'a\\b', '.a', 'a b', 'a/'])('has no key %j', async (key) => {
    const parent = newFolder()
    const { message } = await failure(cached(key, write('1'), { folder: join(parent, 'cache') }))
    expect(message).toContain(`a key of the cache: expected letters, digits`)
    expect(message).toContain(JSON.stringify(key))
    expect(existsSync(join(parent, 'cache'))).toBe(false)
  })

  test('in a cache that cannot be, is refused with a sentence', async () => {
    const folder = join(newFolder(), 'file')
    writeFileSync(folder, '')
    const { message } = await failure(cached('a', write('1'), { folder }))
    expect(message).toMatch(/a: cannot be created: a part of .* is a file, not a folder/)
  })
})
