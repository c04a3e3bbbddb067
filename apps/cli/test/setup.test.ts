import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtTfjs } from '@pixelrow/devices'
import { cached } from '@pixelrow/files'
import { expect, test } from 'vitest'
import { appears, pixelrow, start, workFolder } from './helpers.ts'

const setup = ['setup', 'tfjs']
/** A place to set up in, where no tool can be found. */
function bare() {
  const cwd = workFolder()
  const cache = join(cwd, 'cache')
  return { cwd, cache, env: { PATH: cwd, CXX: '', PYTHON: '', PIXELROW_CACHE: cache } }
}

test('what is missing is said with how to get it, before anything is written', async () => {
  const { cwd, env } = bare()
  const { code, stdout, stderr } = await pixelrow(setup, { cwd, env })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(
    /^Error: A C\+\+ compiler is needed, .*\nFix: Debian and Ubuntu: sudo apt install g\+\+\..*\n$/,
  )
  expect(readdirSync(cwd)).toEqual([])
  const json = await pixelrow([...setup, '--gpu', '--json'], { cwd, env })
  expect(json.code).toBe(1)
  expect(JSON.parse(json.stdout)).toEqual({
    error: {
      message: expect.stringMatching(/^A C\+\+ compiler is needed/),
      fix: expect.stringContaining('Fedora'),
      code: 'DEVICES_TOOL_MISSING',
      params: { tool: 'compiler', found: 'looked for c++, g++ and clang++' },
    },
  })
})

test('a file that is no wheel is named', async () => {
  const { cwd, env } = bare()
  writeFileSync(join(cwd, 'x.whl'), 'id,label\n')
  const { code, stderr } = await pixelrow([...setup, '--from', 'x.whl'], { cwd, env })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Error: x\.whl: /)
  const missing = await pixelrow([...setup, '--from', 'y.whl'], { cwd, env })
  expect(missing.code).toBe(1)
  expect(missing.stderr).toContain('y.whl: cannot be read: there is no such file')
})

test('--remove removes what was built, and says what', async () => {
  const { cwd, env, cache } = bare()
  const key = `tfjs/${process.platform}-${process.arch}/gpu-2.21.0`
  const folder = await cached(key, async () => {}, { folder: cache })
  expect(await pixelrow([...setup, '--remove'], { cwd, env })).toMatchObject({ code: 0, stdout: `Removed ${folder}\n` })
  expect(builtTfjs({ cache })).toBeUndefined()
  const again = await pixelrow([...setup, '--remove', '--json'], { cwd, env })
  expect({ ...again, stdout: JSON.parse(again.stdout) }).toMatchObject({ code: 0, stderr: '', stdout: { removed: [] } })
})

test('--remove takes no other flags', async () => {
  const { cwd, env } = bare()
  const { code, stderr } = await pixelrow([...setup, '--remove', '--gpu'], { cwd, env })
  expect(code).toBe(2)
  expect(stderr).toMatch(/--remove removes all that setup tfjs has built\nTry: .*setup tfjs --remove\n$/)
})

test('Ctrl-C ends the tool that is at work, and leaves nothing', async () => {
  const { cwd, env, cache } = bare()
  mkdirSync(cache)
  const script = join(cwd, 'slow.mjs')
  const started = join(cwd, 'pid')
  // A compiler that never answers, in a process that it has started.
  writeFileSync(
    script,
    `import { spawn } from 'node:child_process'
    import { renameSync, writeFileSync } from 'node:fs'
    const { pid } = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
    writeFileSync(${JSON.stringify(`${started}.new`)}, String(pid))
    renameSync(${JSON.stringify(`${started}.new`)}, ${JSON.stringify(started)})`,
  )
  const running = start(setup, { cwd, env: { ...env, CXX: `${process.execPath} ${script}` } })
  await appears(started, running)
  running.child.kill('SIGINT')
  const { code, stdout, stderr } = await running.finished
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  expect(stderr).toMatch(/\nInterrupted; nothing was set up\n$/)
  expect(readdirSync(cache)).toEqual([])
  // It was waited for, so it is gone.
  expect(isRunning(Number(readFileSync(started, 'utf8')))).toBe(false)
})

/** An ended process whose parent has not asked about it, as in a container without an init, is not running. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const status = `/proc/${pid}/status`
  return !(existsSync(status) && /^State:\s+Z/m.test(readFileSync(status, 'utf8')))
}
