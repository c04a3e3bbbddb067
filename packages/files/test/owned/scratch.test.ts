import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withTemporaryFolder } from '@pixelrow/files'
import { expect, onTestFinished, test, vi } from 'vitest'

async function newTop(): Promise<string> {
  const top = await mkdtemp(join(tmpdir(), 'pixelrow-scratch-'))
  vi.stubEnv('TMPDIR', top)
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    await rm(top, { recursive: true, force: true })
  })
  return top
}

test('a temporary folder is this user’s alone, and goes with what is in it when the work is done or fails', async () => {
  const top = await newTop()
  const told = await withTemporaryFolder(async (folder) => {
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    await writeFile(join(folder, 'a'), 'a')
    return readdir(folder)
  })
  expect(told).toEqual(['a'])
  await expect(withTemporaryFolder(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await readdir(top)).toEqual([])
})

test('one that a killed process left goes with the next; a living one’s stays', async () => {
  const top = await newTop()
  const files = new URL('../../dist/index.js', import.meta.url).href
  const program = `import { withTemporaryFolder } from ${JSON.stringify(files)}
await withTemporaryFolder((folder) => new Promise(() => { setInterval(() => {}, 1e6); console.log(folder) }))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program])
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = await once(child.stdout, 'data')
  const left = String(line).trim().split('/').at(-1)!
  await withTemporaryFolder(async () => expect(await readdir(top)).toContain(left))
  child.kill('SIGKILL')
  await once(child, 'exit')
  await withTemporaryFolder(async () => expect(await readdir(top)).not.toContain(left))
})
