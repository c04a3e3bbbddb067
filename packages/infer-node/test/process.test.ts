import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { corners, onnxOf } from '../../classifier/test/model.ts'

const run = promisify(execFile)
// Inside the package, its own name resolves to its build.
const cwd = fileURLToPath(new URL('..', import.meta.url))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pixelrow-test-'))
  await writeFile(join(folder, 'model.onnx'), onnxOf(corners))
})

afterAll(() => rm(folder, { recursive: true }))

/** Runs a script in a Node of its own, with nothing in its environment but what is given; its output is JSON. */
async function inNode(
  script: string,
  { env = {}, type = 'module', flags = [] }: { env?: Record<string, string>; type?: string; flags?: string[] } = {},
) {
  const prelude = `
    const onnxruntime = () => process.report.getReport().sharedObjects.filter((file) => file.includes('onnxruntime')).length > 0
    const image = Uint8Array.of(1, 16, 8, 0)
    const path = ${JSON.stringify(join(folder, 'model.onnx'))}`
  const { stdout } = await run(process.execPath, [...flags, `--input-type=${type}`, '-e', `${prelude}\n${script}`], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
  })
  return JSON.parse(stdout)
}

test('onnxruntime is loaded by load, not by the import', async () => {
  const script = `
    const { load } = await import('@pixelrow/infer-node')
    const imported = onnxruntime()
    const { label } = await (await load(path)).classify(image)
    console.log(JSON.stringify({ imported, loaded: onnxruntime(), label }))`
  // Without close(): a classifier left open does not keep the process alive.
  expect(await inNode(script)).toEqual({ imported: false, loaded: true, label: 'right' })
})

test('looking for devices starts no process, and neither does a small model; a device of its own name does', async () => {
  const script = `
    import child from 'node:child_process'
    import { syncBuiltinESMExports } from 'node:module'
    const started = []
    for (const name of ['spawn', 'spawnSync', 'execFile', 'execFileSync', 'fork']) {
      const start = child[name]
      child[name] = (...call) => (started.push(name), start(...call))
    }
    syncBuiltinESMExports()
    const { load } = await import('@pixelrow/infer-node')
    const classifier = await load(path)
    const devices = [classifier.device, ...classifier.attempts.map(({ device }) => device)]
    await classifier.close()
    const before = started.length
    await (await load(path, { device: ['webgpu', 'cpu'] })).close()
    console.log(JSON.stringify({ devices, before, after: started }))`
  const found = await inNode(script)
  expect(found).toEqual({ devices: ['cpu', 'cuda', 'webgpu'], before: 0, after: ['spawn'] })
})

test('the CommonJS build does the same', async () => {
  const script = `
    const { load } = require('@pixelrow/infer-node')
    const imported = onnxruntime()
    load(path).then((classifier) => classifier.classify(image)).then(({ label }) => {
      console.log(JSON.stringify({ imported, loaded: onnxruntime(), label }))
    })`
  expect(await inNode(script, { type: 'commonjs' })).toEqual({ imported: false, loaded: true, label: 'right' })
})

test.each([true, false])(
  'usage reports are off: nothing is written outside the model’s folder (worker: %s)',
  async (worker) => {
    const home = await mkdtemp(join(tmpdir(), 'pixelrow-test-'))
    const script = `
    import { load } from '@pixelrow/infer-node'
    const classifier = await load(path, { worker: ${worker} })
    await classifier.classify(image)
    await classifier.close()
    console.log(JSON.stringify(process.env.ORT_DISABLE_TELEMETRY))`
    expect(await inNode(script, { env: { HOME: home, TMPDIR: home } })).toBe('1')
    expect(await readdir(home, { recursive: true })).toEqual([])
    await rm(home, { recursive: true })
  },
)

test('a choice about usage reports that the user made stays', async () => {
  const script = `
    import { load } from '@pixelrow/infer-node'
    await (await load(path)).close()
    console.log(JSON.stringify(process.env.ORT_DISABLE_TELEMETRY))`
  expect(await inNode(script, { env: { ORT_DISABLE_TELEMETRY: 'true' } })).toBe('true')
})

test('where the worker’s JavaScript fails, its callers get the error and the next call works', async () => {
  const script = `
    import { load } from '@pixelrow/infer-node'
    const classifier = await load(path)
    const good = await classifier.classify(image)
    const caught = (error) => ({ name: error.name, message: error.message, cause: error.cause.message })
    const bad = [classifier.classify(Uint8Array.of(13, 0, 0, 0)), classifier.classify(image)]
    const errors = await Promise.all(bad.map((call) => call.catch(caught)))
    const next = await classifier.classify(image)
    await classifier.close()
    console.log(JSON.stringify({ same: JSON.stringify(good) === JSON.stringify(next), label: next.label, errors }))`
  const sabotage = fileURLToPath(new URL('./fixtures/sabotage.cjs', import.meta.url))
  const error = {
    name: 'ClassifierError',
    message: `${join(folder, 'model.onnx')}: the worker failed: cannot read the unreadable`,
    cause: 'cannot read the unreadable',
  }
  const found = await inNode(script, { env: { NODE_OPTIONS: `--require ${sabotage}` } })
  expect(found).toEqual({ same: true, label: 'right', errors: [error, error] })
})

test('without its binary, onnxruntime-node’s absence is one sentence with the fix', async () => {
  const script = `
    import Module from 'node:module'
    const load = Module._load
    Module._load = (request, ...rest) => {
      if (request.endsWith('.node')) throw Object.assign(new Error('Error loading shared library ld-linux-x86-64.so.2'), { code: 'ERR_DLOPEN_FAILED' })
      return load(request, ...rest)
    }
    const { load: open } = await import('@pixelrow/infer-node')
    const message = await open(path, { worker: false }).catch((error) => error.message)
    await using wasm = await open(path, { device: 'wasm', worker: false })
    console.log(JSON.stringify({ message, label: (await wasm.classify(image)).label }))`
  const { message, label } = await inNode(script.replace('await using wasm', 'const wasm'))
  expect(message).toMatch(
    /^onnxruntime-node cannot be loaded on \S+: Error loading shared library .* npm i onnxruntime-web, and device: 'wasm'\.$/,
  )
  expect(label).toBe('right')
})
