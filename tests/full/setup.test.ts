import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { builtTfjs, checkTfjs, setupTfjs } from '@pixelrow/devices'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { interruptedAt, pixelrow } from '../../apps/cli/test/helpers.ts'
import { writeWheel } from '../../packages/devices/test/wheels.ts'
import { nodeOf } from './nodes.ts'
import { type BuiltForTests, builtForTests } from './tfjs-build.ts'

const setup = ['setup', 'tfjs']
let built: BuiltForTests
let folder: string
let cache: string

beforeAll(async () => {
  built = await builtForTests()
}, 1_200_000)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pixelrow-setup-'))
  cache = join(folder, 'cache')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const filesIn = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [] : [entry.name],
  )

describe('what pixelrow setup tfjs has built', () => {
  const build = () => builtTfjs({ cache: built.env.PIXELROW_CACHE })!

  test('was told step by step, with its result alone on standard output', () => {
    const { code, stdout, stderr } = built.transcript
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^tfjs-node 4\.22\.0 on TensorFlow 2\.21\.0 is set up, computing on the CPU\nin .*\/tfjs\/linux-x64\/cpu-2\.21\.0\n$/,
    )
    const steps = stderr.split('\n').map((line) => line.split(' ')[0])
    expect(steps.slice(0, 6)).toEqual(['Found', 'Installing', 'Downloading', 'Unpacking', 'Building', 'Loading'])
    expect(stderr).toMatch(/\n\nNext, train with it:\n {2}.* run --engine tfjs\n$/)
  })

  test('holds the libraries, and neither the wheel nor headers nor source maps', () => {
    const files = filesIn(build().folder)
    expect(files).toEqual(expect.arrayContaining(['libtensorflow_cc.so.2', 'tfjs_binding.node', '.complete']))
    expect(files.filter((name) => /\.(whl|map)$|^c_api\.h$|^node_api\.h$/.test(name))).toEqual([])
    expect(readdirSync(build().folder).sort()).toEqual([
      '.complete',
      'about.json',
      'node_modules',
      'package-lock.json',
      'package.json',
    ])
  })

  test.each([20, 26] as const)('loads, multiplies and trains on Node %s', (major) => {
    const node = nodeOf(major)
    const found = JSON.parse(
      execFileSync(node, [join(import.meta.dirname, 'tfjs_step.cjs'), build().entry], {
        encoding: 'utf8',
        stdio: 'pipe',
      }),
    )
    expect(found).toMatchObject({ backend: 'tensorflow', tensorflow: '2.21.0', gpu: false, leaked: 0 })
    expect(found.node).toMatch(new RegExp(`^v${major}\\.`))
    expect(found.productError).toBeLessThan(1e-5)
    expect(found.stepError).toBeLessThan(1e-6)
    expect(found.losses[1]).toBeLessThan(found.losses[0])
  })

  test('is checked and told again by the same command, which then needs no tools', async () => {
    const env = { ...built.env, PATH: folder, CXX: '', PYTHON: '' }
    const { code, stdout, stderr } = await pixelrow([...setup, '--json'], { env })
    expect(code).toBe(0)
    expect(stderr).toMatch(/^TensorFlow 2\.21\.0 is there already; loading it in a process of its own\n\nNext/)
    expect(JSON.parse(stdout)).toEqual({
      ...build(),
      ...{ tensorflow: '2.21.0', gpu: false, reason: '', wasThere: true, tfjsNode: '4.22.0' },
    })
  })

  test('is another TensorFlow than asked for: that is an error', async () => {
    await expect(checkTfjs({ ...build(), version: '2.20.0' })).rejects.toThrow(
      /backend tensorflow of TensorFlow 2\.21\.0/,
    )
  })
})

/** What a set-up that fails says; of it there is nothing in the cache but what is named. */
async function failing(args: string[], env: NodeJS.ProcessEnv, left: string[] = []): Promise<string> {
  const { code, stdout, stderr } = await pixelrow([...setup, ...args], { env: { PIXELROW_CACHE: cache, ...env } })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(existsSync(cache) ? filesIn(cache) : []).toEqual(left)
  return stderr
}

describe('what goes wrong', () => {
  /** A PATH with these tools alone. */
  function pathWith(...tools: string[]): string {
    for (const tool of tools) {
      const found = (process.env.PATH ?? '').split(delimiter).map((each) => join(each, tool))
      symlinkSync(found.find((path) => existsSync(path)) ?? `no ${tool}`, join(folder, tool))
    }
    return folder
  }

  test('without npm', async () => {
    expect(await failing([], { PATH: pathWith('c++', 'as', 'ld') })).toMatch(/npm is needed, and does not run here\.\n/)
  })

  test('without Python, unless the wheel is there', async () => {
    const PATH = pathWith('c++', 'as', 'ld', 'npm', 'node')
    const error = await failing([], { PATH })
    expect(error).toMatch(/Python's pip is needed to fetch TensorFlow's wheel, and there is no python3 or python\.\n/)
    expect(error).toContain('sudo apt install python3-pip')
    expect(error).toMatch(/pip download .* tensorflow-cpu==2\.21\.0\), and pass the file with --from\./)
  })

  test('without pip', async () => {
    const PATH = pathWith('c++', 'as', 'ld', 'npm', 'node', 'python3')
    const home = { PYTHONNOUSERSITE: '1', PYTHONPATH: folder }
    writeFileSync(join(folder, 'pip.py'), 'raise ImportError("no pip")')
    expect(await failing([], { PATH, ...home })).toContain(
      "Python's pip is needed to fetch TensorFlow's wheel, and python3 has none",
    )
  })

  test('without a registry', async () => {
    const env = {
      npm_config_registry: 'http://127.0.0.1:9',
      npm_config_fetch_retries: '0',
      npm_config_cache: join(folder, 'npm'),
    }
    expect(await failing([], env)).toMatch(
      /npm could not install tfjs-node:\n[\s\S]*ECONNREFUSED[\s\S]*Fix: Check the network/,
    )
  })

  test('without the wheel in the index', async () => {
    const error = await failing([], { PIP_NO_INDEX: '1' })
    expect(error).toMatch(
      /tensorflow-cpu 2\.21\.0: pip failed:\n[\s\S]*No matching distribution found for tensorflow-cpu==2\.21\.0/,
    )
    expect(error).toContain('and pass the file with --from')
  })

  test('with sources that do not compile: the last lines are shown, and all of them kept', async () => {
    const wheel = writeWheel(join(folder, 'empty.whl'))
    const error = await failing(['--from', wheel], {}, ['compile.log'])
    expect(error).toMatch(/could not build the addon:\n[\s\S]*tensorflow\/c\/c_api\.h: No such file or directory/)
    const log = join(cache, 'tfjs/compile.log')
    expect(error).toContain(`All that it said is in ${log}`)
    expect(readFileSync(log, 'utf8')).toMatch(/-std=c\+\+17 .*binding\/tfjs_backend\.cc[\s\S]*c_api\.h/)
  })
})

test.each(['Installing', 'Downloading', 'Building'])('Ctrl-C at "%s …" leaves nothing', async (step) => {
  const given = step === 'Building' ? ['--from', writeWheel(join(folder, 'empty.whl'))] : []
  const env = { ...interruptedAt(`^${step}`), PIXELROW_CACHE: cache }
  const { code, stdout, stderr } = await pixelrow([...setup, ...given], { env })
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  expect(stderr).toMatch(/Interrupted; nothing was set up\n$/)
  expect(existsSync(cache) ? readdirSync(cache) : []).toEqual([])
})

test('an abort while the wheel comes ends pip and leaves nothing', async () => {
  const controller = new AbortController()
  const stopped = new Error('enough')
  let came = 0
  const onProgress = ({ text, bytes = 0 }: { text: string; bytes?: number }) => {
    if (!text.startsWith('Downloading') || bytes === 0) return
    came = bytes
    controller.abort(stopped)
  }
  await expect(setupTfjs({ cache, signal: controller.signal, onProgress })).rejects.toBe(stopped)
  expect(came).toBeGreaterThan(0)
  expect(readdirSync(cache)).toEqual([])
})
