import { execSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { claim, claimFile, settle } from '@pixelrow/files'
import { describe, expect, test } from 'vitest'
import { failure, listing, newFolder, readText } from '../support.ts'

test('a process whose start could not be read, as too many files were open, keeps its claim', async () => {
  const [folder, other] = [newFolder(), newFolder()]
  const output = await claim(other)
  const owner = JSON.parse(readText(join(other, '.pixelrow/lock/owner.json')))
  await output.close()
  const lock = join(folder, '.pixelrow/lock')
  mkdirSync(lock, { recursive: true })
  const hold = (pid: number) => {
    const id = owner.id.replace(/^(\w+)-\d+-\d+/, `$1-${pid}-0`)
    writeFileSync(join(lock, 'owner.json'), JSON.stringify({ ...owner, id, pid }))
  }
  hold(process.pid)
  expect((await failure(claim(folder))).code).toBe('FILES_LOCKED')
  const { pid } = spawnSync(process.execPath, ['--version'])
  hold(pid)
  await (await claim(folder)).close()
  expect(listing(folder)).toEqual([])
})

test('a reader removes what a process left that was killed while it let go of a folder', async () => {
  const folder = newFolder()
  const { pid } = spawnSync(process.execPath, ['--version'])
  const output = await claim(folder)
  const { id } = JSON.parse(readText(join(folder, '.pixelrow/lock/owner.json'))) as { id: string }
  await output.close()
  const dead = id.replace(/^(\w+)-\d+/, `$1-${pid}`)
  for (const left of ['gone', 'work', 'new']) {
    mkdirSync(join(folder, '.pixelrow', `${left}-${dead}`), { recursive: true })
    await settle(folder)
    expect(listing(folder)).toEqual([])
  }
})

test('a reader that puts a folder in order is in nobody’s way', async () => {
  const folder = newFolder()
  await using _held = await claimFile(join(folder, 'held'))
  const readers = Array.from({ length: 100 }, () => settle(folder))
  const writers = Array.from({ length: 100 }, async (_, at) => (await claimFile(join(folder, `file-${at}`))).close())
  await Promise.all([...readers, ...writers])
})

describe('a lock of another machine', () => {
  /** A lock as another machine's process holds it, whose last sign of life is so many seconds old. */
  function lockOf(folder: string, seconds: number): string {
    const lock = join(folder, '.pixelrow/lock')
    const id = '00000001-7-7-00000001'
    mkdirSync(join(folder, '.pixelrow', `work-${id}`), { recursive: true })
    mkdirSync(lock)
    const word = { id, host: 'elsewhere', pid: 7, since: '2026-01-01T00:00:00.000Z', by: 'pixelrow train' }
    writeFileSync(join(lock, 'owner.json'), JSON.stringify(word))
    writeFileSync(join(lock, `beat-${id}`), '.')
    const time = Date.now() / 1000 - seconds
    for (const path of [join(lock, 'owner.json'), join(folder, '.pixelrow', `work-${id}`)]) utimesSync(path, 1, 1)
    utimesSync(join(lock, `beat-${id}`), time, time)
    return lock
  }

  test('holds while it gives signs of life; the command that frees it is told, and does', async () => {
    const folder = newFolder()
    lockOf(folder, 30)
    const error = await failure(claim(folder))
    expect(error).toMatchObject({ code: 'FILES_LOCKED', params: { host: 'elsewhere', pid: 7, by: 'pixelrow train' } })
    const { command } = error.params as { command: string }
    expect(error.message).toContain('process 7 on elsewhere (pixelrow train) writes there since 2026-01-01')
    execSync(command)
    await (await claim(folder)).close()
    expect(listing(folder)).toEqual([])
  })

  test.runIf(existsSync('/bin/bash'))(
    'is freed by that command also where the folder has a name that cannot be seen',
    async () => {
      const folder = join(newFolder(), `it's \u001b]0;x\u0007\u202e`)
      mkdirSync(folder)
      lockOf(folder, 30)
      const { params } = await failure(claim(folder))
      const { command } = params as { command: string }
      expect(command).toContain("$'")
      execSync(command, { shell: '/bin/bash' })
      await (await claim(folder)).close()
      expect(listing(folder)).toEqual([])
    },
  )

  test('is taken over a minute after the last one, with what it left', async () => {
    const folder = newFolder()
    lockOf(folder, 61)
    await settle(folder)
    expect(listing(folder)).toEqual([])
  })

  test('whoever finds his own taken over writes nothing more', async () => {
    const folder = newFolder()
    const output = await claim(folder)
    await output.write('a', 'a')
    const word = join(folder, '.pixelrow/lock/owner.json')
    writeFileSync(word, readText(word).replace(/"id":"[^"]+"/, '"id":"00000001-7-7-00000001"'))
    expect((await failure(output.commit())).code).toBe('FILES_CLAIM_LOST')
    await output.close()
    expect(listing(folder).filter((name) => !name.startsWith('.pixelrow'))).toEqual([])
    expect(existsSync(word)).toBe(true)
  })
})
