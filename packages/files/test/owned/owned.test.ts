import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { claim, claimFile, inputOf, isCurrent, readManifest, settle, stateOf } from '@pixelrow/files'
import { describe, expect, test } from 'vitest'
import { failure, listing, newFolder, readText } from '../support.ts'

/** What is in a folder besides what is written down of it. */
const visible = (folder: string) => listing(folder).filter((name) => !name.startsWith('.pixelrow'))

describe('a claimed folder', () => {
  test('shows what is written with the commit, all at once, and has a manifest of it', async () => {
    const folder = join(newFolder(), 'runs/1')
    const output = await claim(folder, { by: 'pixelrow run' })
    const { path, sha256 } = await output.write('model.onnx', Uint8Array.of(1, 2, 3))
    await output.write('deep/er/history.csv', ['epoch\n', '1\n'])
    expect(visible(folder)).toEqual([])
    expect(readFileSync(path!)).toEqual(Buffer.of(1, 2, 3))
    await output.commit({ from: { options: { seed: 1 } } })
    expect(visible(folder)).toEqual(['deep', 'deep/er', 'deep/er/history.csv', 'model.onnx'])
    await output.close()
    expect(readdirSync(join(folder, '.pixelrow'))).toEqual(['manifest.json'])
    const { files } = await readManifest(folder)
    expect(files['model.onnx']).toEqual({
      size: 3,
      sha256,
      mtimeMs: statSync(join(folder, 'model.onnx')).mtimeMs,
      written: expect.stringMatching(/^\d{4}-/),
      by: 'pixelrow run',
      from: { options: { seed: 1 } },
    })
    expect(await stateOf(folder, 'deep/er/history.csv', { exact: true })).toBe('whole')
  })

  test('commits one after the other, whoever calls when, and of what is named alone', async () => {
    const folder = newFolder()
    const output = await claim(folder)
    const files = Array.from({ length: 8 }, (_, index) => `file-${index}`)
    await output.write('waits', 'w')
    const all = files.map(async (name) => {
      await output.write(name, name)
      await output.commit({ names: [name] })
    })
    await Promise.all([...all, output.commit({ names: ['neither written'] })])
    expect(visible(folder).sort()).toEqual(files)
    expect(Object.keys((await readManifest(folder)).files).sort()).toEqual(files)
    output.remove('file-0')
    output.remove('file-1')
    // What is under way is waited for.
    void output.commit({ names: ['file-0', 'waits'] })
    await output.close()
    expect(visible(folder).sort()).toEqual([...files.slice(1), 'waits'])
    expect(readdirSync(join(folder, '.pixelrow'))).toEqual(['manifest.json'])
  })

  test('has no manifest when its last file is gone, and was made for nothing then', async () => {
    const folder = join(newFolder(), 'runs/1')
    const output = await claim(folder)
    await output.write('member', 'm')
    await output.commit()
    output.remove('member')
    await output.commit()
    await output.close()
    expect(existsSync(join(folder, '..'))).toBe(false)
  })

  test('that somebody removes is said to be removed, and not to be taken over', async () => {
    const folder = join(newFolder(), 'out')
    const output = await claim(folder)
    rmSync(folder, { recursive: true })
    await output.write('model', 'm')
    const { code, message } = await failure(output.commit())
    expect({ code, message }).toEqual({ code: 'FILES_CLAIM_LOST', message: expect.stringContaining('it was removed') })
    await output.close()
    expect(existsSync(folder)).toBe(false)
  })

  test('commits as often as a long job likes, and keeps what it is not told to remove', async () => {
    const folder = newFolder()
    const output = await claim(folder)
    for (const n of [1, 2, 3]) {
      await output.write('checkpoint', `${n}`)
      if (n === 1) await output.write('deep/er/resume.json', '{}')
      await output.commit()
      expect(readText(join(folder, 'checkpoint'))).toBe(`${n}`)
    }
    expect((await output.names()).sort()).toEqual(['checkpoint', 'deep/er/resume.json'])
    await output.write('model', 'm')
    output.remove('checkpoint')
    output.remove('deep/er/resume.json')
    output.remove('was never there')
    expect(visible(folder)).toEqual(['checkpoint', 'deep', 'deep/er', 'deep/er/resume.json'])
    await output.commit()
    await output.close()
    expect(visible(folder)).toEqual(['model'])
    expect(Object.keys((await readManifest(folder)).files)).toEqual(['model'])
  })

  test('is as it was where nothing is committed, and gone where it was made for that', async () => {
    const above = newFolder()
    const folder = join(above, 'a/b')
    {
      await using output = await claim(folder)
      await output.write('x', 'y')
    }
    expect(listing(above)).toEqual([])
    const output = await claim(folder)
    await output.close()
    await output.close()
    expect((await failure(Promise.resolve().then(() => output.write('x', 'y')))).code).toBe('FILES_CLOSED')
    expect(listing(above)).toEqual([])
  })

  test('keeps permissions, follows links, also to another disk, and takes a folder by any name', async () => {
    const folder = newFolder()
    const other = existsSync('/dev/shm') ? mkdirIn('/dev/shm') : newFolder()
    symlinkSync(join(other, 'model'), join(folder, 'model'))
    symlinkSync(folder, join(other, 'around'))
    for (const text of ['one', 'two']) {
      const output = await claim(join(other, 'around'))
      await output.write('model', text)
      await output.write('secret', text, text === 'one' ? { mode: 0o600 } : {})
      await output.commit()
      await output.close()
      expect(readText(join(other, 'model'))).toBe(text)
      expect(statSync(join(folder, 'secret')).mode & 0o777).toBe(0o600)
    }
    expect(readdirSync(other).sort()).toEqual(['around', 'model'])
    expect(await stateOf(folder, 'model')).toBe('whole')
  })

  test('refuses names that lead elsewhere, and its own', async () => {
    const output = await claim(newFolder())
    for (const name of ['../x', '/x', 'a//b', './a', '', '.pixelrow/lock', 'a/../../b'])
      expect((await failure(output.write(name, ''))).code).toBe('FILES_NAME_IMPOSSIBLE')
    await output.close()
  })

  test('that can never be is an error and no endless search', async () => {
    for (const path of ['/proc/self/x/y', '/dev/null/x', join(newFolder(), 'n'.repeat(300))])
      expect((await failure(claim(path))).code).toBe('FILES_SYSTEM')
  })
})

const mkdirIn = (folder: string) => {
  const path = join(folder, `pixelrow-test-${process.pid}-${Math.random().toString(16).slice(2)}`)
  mkdirSync(path)
  return path
}

describe('what no claim wrote', () => {
  test('is not replaced without force, and is told before the work', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'model'), 'mine')
    const error = await failure(claim(folder, { names: ['model', 'other'] }))
    expect(error).toMatchObject({ code: 'FILES_FOREIGN', params: { names: ['model'], state: 'foreign' } })
    expect(error.message).toMatch(/model: is there already and was not written by pixelrow, so it stays\./)
    const output = await claim(folder)
    await output.write('model', 'new')
    await output.write('other', 'new')
    expect((await failure(output.commit())).code).toBe('FILES_FOREIGN')
    expect(visible(folder)).toEqual(['model'])
    output.remove('model')
    expect((await failure(output.commit())).code).toBe('FILES_FOREIGN')
    await output.close()
    expect(listing(folder)).toEqual(['model'])
    const forced = await claim(folder, { names: ['model'], force: true })
    await forced.write('model', 'new')
    await forced.commit()
    await forced.close()
    expect(readText(join(folder, 'model'))).toBe('new')
  })

  test('may be known for ours by its content', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'a.csv'), 'ImageId,Label\n1,7\n')
    const output = await claimFile(join(folder, 'a.csv'), { isOurs: (path) => readText(path).startsWith('ImageId') })
    await output.write(output.name, 'ImageId,Label\n1,8\n')
    await output.commit()
    await output.close()
    expect(await stateOf(folder, 'a.csv')).toBe('whole')
    const asked: string[] = []
    const isOurs = (_: string, state: string) => asked.push(state) === 0
    for (const name of ['a.csv', 'b.csv']) {
      writeFileSync(join(folder, name), 'theirs')
      expect((await failure(claimFile(join(folder, name), { isOurs }))).code).toBe('FILES_FOREIGN')
    }
    expect(asked).toEqual(['changed', 'foreign'])
  })

  test('is what was changed, not what was only touched', async () => {
    const path = join(newFolder(), 'a.csv')
    const again = async (text: string) => {
      const output = await claimFile(path)
      await output.write(output.name, text)
      await output.commit()
      await output.close()
    }
    await again('1')
    await again('2')
    utimesSync(path, 1, 1)
    await again('3')
    writeFileSync(path, '4')
    expect(await failure(again('5'))).toMatchObject({ code: 'FILES_FOREIGN', params: { state: 'changed' } })
    expect(readText(path)).toBe('4')
  })
})

describe('one file', () => {
  test('is claimed for itself: others write beside it at the same time, nobody the folder', async () => {
    const folder = newFolder()
    const a = await claimFile(join(folder, 'a.csv'))
    const b = await claimFile(join(folder, 'b.csv'), { names: ['b.bin'] })
    for (const path of [folder, join(folder, 'a.csv')]) {
      const error = await failure(path === folder ? claim(path) : claimFile(path))
      expect(error).toMatchObject({ code: 'FILES_LOCKED', params: { host: hostname(), pid: process.pid } })
      expect(error.message).toContain(`Wait for it, or end it: kill ${process.pid}`)
    }
    await a.write('a.csv', 'a')
    await b.write('b.csv', 'b')
    await b.write('b.bin', 'b')
    await Promise.all([a.commit(), b.commit()])
    await Promise.all([a.close(), b.close()])
    expect(visible(folder)).toEqual(['a.csv', 'b.bin', 'b.csv'])
    expect(Object.keys((await readManifest(folder)).files).sort()).toEqual(['a.csv', 'b.bin', 'b.csv'])
    const whole = await claim(folder, { names: ['a.csv', 'b.bin'] })
    expect((await failure(claimFile(join(folder, 'c.csv')))).code).toBe('FILES_LOCKED')
    await whole.close()
  })

  test.skipIf(process.platform === 'win32')(
    'may be what the process holds open: a pipe, or a file of any content',
    () => {
      const folder = newFolder()
      const script = `
      const { claimFile } = await import('@pixelrow/files')
      const output = await claimFile('/dev/stdout')
      await output.write(output.name, 'through')
      await output.commit()
      await output.close()`
      const env = { ...process.env, NODE: process.execPath, SCRIPT: script, FILE: join(folder, 'out.csv') }
      const through = (line: string) =>
        execFileSync('sh', ['-ec', line], { cwd: import.meta.dirname, env, encoding: 'utf8' })
      expect(through('"$NODE" --input-type=module -e "$SCRIPT" | cat')).toBe('through')
      through('"$NODE" --input-type=module -e "$SCRIPT" > "$FILE"')
      expect(readText(join(folder, 'out.csv'))).toBe('through')
      expect(readdirSync(folder)).toEqual(['out.csv'])
    },
  )

  test('may be a device or a link, and no folder', async () => {
    const folder = newFolder()
    const nowhere = await claimFile('/dev/null')
    expect((await nowhere.write(nowhere.name, 'x')).path).toBe(undefined)
    await nowhere.commit()
    await nowhere.close()
    symlinkSync('real.csv', join(folder, 'link.csv'))
    const output = await claimFile(join(folder, 'link.csv'))
    await output.write(output.name, 'x')
    await output.commit()
    await output.close()
    expect(visible(folder)).toEqual(['link.csv', 'real.csv'])
    expect((await failure(claimFile(folder))).code).toBe('FILES_IN_THE_WAY')
  })
})

describe('a file is current', () => {
  test('only while it is whole and made from the same bytes, whatever the dates', async () => {
    const folder = newFolder()
    const path = join(folder, 'in.csv')
    writeFileSync(path, 'one')
    const from = async (options = { shift: 1, a: 2 }) => ({ inputs: [await inputOf(path)], options })
    const output = await claimFile(join(folder, 'out.csv'))
    await output.write(output.name, 'answers')
    await output.commit({ from: await from() })
    await output.close()
    const isIt = async (given = from()) => isCurrent(folder, 'out.csv', { from: await given })
    expect(await isIt()).toBe(true)
    expect(await isIt(from({ a: 2, shift: 1 }))).toBe(true)
    expect(await isIt(from({ a: 3, shift: 1 }))).toBe(false)
    expect(await isCurrent(folder, 'in.csv', { from: await from() })).toBe(false)
    const { atime, mtime } = statSync(path)
    writeFileSync(path, 'two')
    utimesSync(path, atime, mtime)
    expect(await isIt()).toBe(false)
    writeFileSync(path, 'one')
    expect(await isIt()).toBe(true)
    writeFileSync(join(folder, 'out.csv'), 'answer')
    expect(await isIt()).toBe(false)
  })
})

test('a folder from anywhere, with a journal in it, has nothing written or removed elsewhere', async () => {
  const [folder, elsewhere] = [newFolder(), newFolder()]
  const id = '00000001-7-7-00000001'
  const store = join(folder, '.pixelrow')
  mkdirSync(join(store, `work-${id}`), { recursive: true })
  for (const name of ['0', '1', '2']) writeFileSync(join(store, `work-${id}`, name), 'theirs')
  for (const name of ['mine', 'old']) writeFileSync(join(elsewhere, name), 'mine')
  symlinkSync(join(elsewhere, 'mine'), join(folder, 'a'))
  symlinkSync(elsewhere, join(folder, 'deep'))
  const { mtimeMs } = statSync(join(elsewhere, 'old'))
  const journal = (steps: object[]) => writeFileSync(join(store, 'journal.json'), JSON.stringify({ id, steps }))
  journal([
    { name: 'a', from: '0' },
    { name: 'deep/mine', from: '1' },
    { name: 'deep/old', mtimeMs },
  ])
  await settle(folder)
  expect(readText(join(folder, 'a'))).toBe('theirs')
  for (const name of ['../b', '/tmp/b', '.pixelrow/../../b']) {
    journal([{ name, from: '2' }])
    await settle(folder)
  }
  journal([{ name: 'b', from: '../../a' }])
  await settle(folder)
  expect(listing(elsewhere)).toEqual(['mine', 'old'])
  for (const name of ['mine', 'old']) expect(readText(join(elsewhere, name))).toBe('mine')
  expect(visible(folder).filter((name) => !name.startsWith('deep'))).toEqual(['a'])
})
