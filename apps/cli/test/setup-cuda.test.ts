import { chmodSync, cpSync, mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { commitOf, runtimeAt } from '@pixelrow/devices'
import { expect, test } from 'vitest'
import { runtimeCopy } from '../../../packages/devices/test/copies.ts'
import { writeProviderWheel } from '../../../packages/devices/test/wheels.ts'
import { appears, entry, pixelrow, start, workFolder } from './helpers.ts'

const setup = ['setup', 'cuda']
const { version, library } = runtimeAt(createRequire(entry).resolve('onnxruntime-node'))
const commit = commitOf(library) ?? ''

/** A place with a copy of the program and of onnxruntime-node, beside whose binaries files may be placed, where no tool can be found. */
function bare() {
  const cwd = workFolder()
  const app = join(cwd, 'app')
  const { binaries } = runtimeCopy(app)
  const [from, modules] = [join(entry, '../..'), join(app, 'node_modules')]
  for (const name of ['dist', 'package.json']) cpSync(join(from, name), join(app, name), { recursive: true })
  for (const name of readdirSync(join(from, 'node_modules')))
    if (name !== '.bin' && name !== '@pixelrow') symlinkSync(join(from, 'node_modules', name), join(modules, name))
  mkdirSync(join(modules, '@pixelrow'))
  for (const name of readdirSync(join(from, 'node_modules/@pixelrow'))) {
    const [source, target] = [join(from, 'node_modules/@pixelrow', name), join(modules, '@pixelrow', name)]
    // What finds onnxruntime looks from where it lies itself.
    if (name !== 'runtime') symlinkSync(source, target)
    else
      for (const part of ['dist', 'package.json']) cpSync(join(source, part), join(target, part), { recursive: true })
  }
  const cache = join(cwd, 'cache')
  const env = { PATH: cwd, PYTHON: '', PIXELROW_CACHE: cache, HOME: cwd, VIRTUAL_ENV: '', CONDA_PREFIX: '' }
  return { cwd, cache, binaries, before: readdirSync(binaries), at: { cwd, env, entry: join(app, 'dist/pixelrow.js') } }
}

const wheelIn = (folder: string, parts = {}) =>
  writeProviderWheel(join(folder, 'given.whl'), { version, commit, ...parts })

test('a wheel is set up, linked again after a reinstall, and removed', async () => {
  const { cwd, cache, binaries, before, at } = bare()
  wheelIn(cwd)
  const first = await pixelrow([...setup, '--from', 'given.whl'], at)
  const folder = join(cache, 'cuda/linux-x64', `${version}-${commit}`)
  expect(first).toMatchObject({ code: 0 })
  const [state, place, code] = first.stdout.split('\n')
  expect(state).toBe(`The CUDA 13.0 provider of onnxruntime ${version} (commit ${commit}) is set up`)
  expect([place, code]).toEqual([`in ${folder}`, 'It has code for GPUs of compute capability 7.5, 8.0, 9.0, 12.0'])
  expect(first.stdout).toMatch(/\nlibcudart\.so\.13 {4}nvidia-cuda-runtime~=13\.0 {2}\S.*\n/)
  // The provider of a test is no code that could be loaded.
  expect(first.stdout).toMatch(/\n\nA session on CUDA does not start: .*libonnxruntime_providers_\w+\.so.*\n$/)
  expect(first.stderr).toMatch(/ -m pip install --upgrade --target \S+ .*\n[\s\S]*\n {2}node .*pixelrow\.js doctor\n$/)
  const placed = readdirSync(binaries).filter((name) => !before.includes(name))
  expect(placed.map((name) => readlinkSync(join(binaries, name)))).toEqual(placed.map((name) => join(folder, name)))
  const again = JSON.parse((await pixelrow([...setup, '--json'], at)).stdout)
  expect(again).toMatchObject({ version, commit, wasThere: true, placed: [], works: false, reason: expect.any(String) })
  const removed = await pixelrow([...setup, '--remove'], at)
  expect(removed.stdout.match(/^Removed /gm)).toHaveLength(placed.length + 1)
  expect([readdirSync(binaries), readdirSync(cache)]).toEqual([before, []])
  expect((await pixelrow([...setup, '--remove'], at)).stdout).toBe('There was nothing to remove\n')
})

test('a wheel of another build is refused with what is needed, and nothing is written', async () => {
  const { cwd, binaries, before, at } = bare()
  wheelIn(cwd, { version: '1.29.0' })
  const { code, stdout, stderr } = await pixelrow([...setup, '--from', 'given.whl'], at)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toBe(
    `Error: given.whl: expected the CUDA provider of onnxruntime ${version} (commit ${commit}) for linux on x64, found that of 1.29.0.\n` +
      `Fix: It must be of the same build as onnxruntime-node: the wheel of onnxruntime-gpu==${version}, or a folder with what it holds.\n`,
  )
  const json = JSON.parse((await pixelrow([...setup, '--json'], at)).stdout)
  expect(json).toMatchObject({ error: { code: 'DEVICES_TOOL_MISSING', params: { tool: 'pip' } } })
  expect([readdirSync(binaries), readdirSync(cwd).includes('cache')]).toEqual([before, false])
})

test('Ctrl-C while pip is at work leaves nothing', async () => {
  const { cwd, cache, binaries, before, at } = bare()
  const [python, started] = [join(cwd, 'python-of-test'), join(cwd, 'started')]
  const version = "if (process.argv.includes('--version')) console.log('pip 25.0 from x (python 3.12)')"
  const hang = `else { require('node:fs').writeFileSync(${JSON.stringify(started)}, ''); setInterval(() => {}, 1000) }`
  writeFileSync(python, `#!${process.execPath}\n${version}\n${hang}\n`)
  chmodSync(python, 0o755)
  const running = start(setup, { ...at, env: { ...at.env, PYTHON: python } })
  await appears(started, running)
  running.child.kill('SIGINT')
  const { code, stdout, stderr } = await running.finished
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  expect(stderr).toMatch(/\nInterrupted; the set-up did not come to its end\n$/)
  expect([readdirSync(binaries), readdirSync(cache)]).toEqual([before, []])
})

test('--remove takes no other flags', async () => {
  const { code, stderr } = await pixelrow([...setup, '--remove', '--from', 'x.whl'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/--remove removes all that setup cuda has placed\nTry: .*setup cuda --remove\n$/)
})
