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
  { env = {}, type = 'module' }: { env?: Record<string, string>; type?: string } = {},
) {
  const prelude = `
    const onnxruntime = () => process.report.getReport().sharedObjects.filter((file) => file.includes('onnxruntime')).length > 0
    const image = Uint8Array.of(1, 16, 8, 0)
    const path = ${JSON.stringify(join(folder, 'model.onnx'))}`
  const { stdout } = await run(process.execPath, [`--input-type=${type}`, '-e', `${prelude}\n${script}`], {
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

test('the CommonJS build does the same', async () => {
  const script = `
    const { load } = require('@pixelrow/infer-node')
    const imported = onnxruntime()
    load(path).then((classifier) => classifier.classify(image)).then(({ label }) => {
      console.log(JSON.stringify({ imported, loaded: onnxruntime(), label }))
    })`
  expect(await inNode(script, { type: 'commonjs' })).toEqual({ imported: false, loaded: true, label: 'right' })
})

test('usage reports are off: nothing is written outside the model’s folder', async () => {
  const home = await mkdtemp(join(tmpdir(), 'pixelrow-test-'))
  const script = `
    import { load } from '@pixelrow/infer-node'
    const classifier = await load(path)
    await classifier.classify(image)
    await classifier.close()
    console.log(JSON.stringify(process.env.ORT_DISABLE_TELEMETRY))`
  expect(await inNode(script, { env: { HOME: home, TMPDIR: home } })).toBe('1')
  expect(await readdir(home, { recursive: true })).toEqual([])
  await rm(home, { recursive: true })
})

test('a choice about usage reports that the user made stays', async () => {
  const script = `
    import { load } from '@pixelrow/infer-node'
    await (await load(path)).close()
    console.log(JSON.stringify(process.env.ORT_DISABLE_TELEMETRY))`
  expect(await inNode(script, { env: { ORT_DISABLE_TELEMETRY: 'true' } })).toBe('true')
})
