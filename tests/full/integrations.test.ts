import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from '@pixelrow/infer-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { metadataOf, onnxOf, type TestModel } from '../../packages/classifier/test/model.ts'
import { digits } from '../digits.ts'
import { type Integrations, packForIntegrations, start } from './integration.ts'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-integrations-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const classes = [...'0123456789']
const linear: TestModel = {
  height: 28,
  width: 28,
  channels: 1,
  maxValue: 255,
  classes,
  weight: Float32Array.from({ length: 7840 }, (_, i) => (((i * 7919) % 997) - 498) / 997),
}
const bytes = onnxOf(linear, { metadata: metadataOf(linear) })
const model = join(folder, 'model.onnx')
const { pixels } = digits('t10k', 600)
let labels: string[]
let integrations: Integrations

beforeAll(async () => {
  writeFileSync(model, bytes)
  writeFileSync(join(folder, 'pixels'), pixels)
  await using classifier = await load(bytes)
  labels = Array.from((await classifier.predict(pixels)).labels, (label) => classes[label]!)
  integrations = await packForIntegrations(folder)
})

test('express: concurrent requests get their own answers, bad ones a sentence', async () => {
  const cwd = await integrations.install('express')
  const { origin, stop } = await start(['server.mjs'], cwd, { MODEL: model, PORT: '0' })
  const ask = (body: Uint8Array) => fetch(`${origin}/classify`, { method: 'POST', body: Uint8Array.from(body) })
  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_, row) => (await ask(pixels.subarray(row * 784, row * 784 + 784))).json()),
  )
  expect(answers.map((answer) => (answer as { label: string }).label)).toEqual(labels.slice(0, 200))
  const bad = await ask(new Uint8Array(785))
  expect([bad.status, await bad.json()]).toEqual([
    400,
    { error: expect.stringContaining('expected 784 bytes (28×28×1), found 785') },
  ])
  expect(await stop()).toBe(0)
})

test('esbuild: one file runs with its worker wherever it lies, beside onnxruntime-node', async () => {
  const cwd = await integrations.install('esbuild')
  execFileSync(process.execPath, ['build.mjs'], { cwd })
  const app = join(folder, 'app')
  mkdirSync(join(app, 'node_modules'), { recursive: true })
  symlinkSync(
    realpathSync(join(cwd, 'node_modules/onnxruntime-node')),
    join(app, 'node_modules/onnxruntime-node'),
    'junction',
  )
  for (const name of ['app.mjs', 'app.cjs']) {
    cpSync(join(cwd, 'dist', name), join(app, name))
    // Not from its own folder, so that nothing is found by accident.
    const output = execFileSync(process.execPath, [join(app, name), model, join(folder, 'pixels')], {
      cwd: tmpdir(),
      encoding: 'utf8',
    })
    expect((JSON.parse(output) as number[]).map((label) => classes[label])).toEqual(labels)
  }
})

test.each([false, true])(
  'lambda: the pruned package is below 60 MB and answers from a cold start, worker: %s',
  async (worker) => {
    const cwd = await integrations.install('lambda')
    const handler = readFileSync(join(cwd, 'handler.mjs'), 'utf8')
    expect(handler).toContain('worker: false')
    writeFileSync(join(cwd, 'handler.mjs'), handler.replace('worker: false', `worker: ${worker}`))
    const out = join(folder, `function-${worker}`)
    execFileSync(process.execPath, ['build.mjs', model, out, process.arch], { cwd })
    const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(out, name)))
    expect(files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0)).toBeLessThan(60e6)
    const script = `
    const start = performance.now()
    const { handler } = await import(process.argv[1] + '/handler.mjs')
    const event = { body: process.argv[2], isBase64Encoded: true }
    const first = await handler(event)
    const cold = performance.now() - start
    const bad = await handler({ body: 'AA==', isBase64Encoded: true })
    console.log(JSON.stringify({ first, bad, cold }))`
    const image = Buffer.from(pixels.subarray(0, 784)).toString('base64')
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script, out, image], {
      cwd: tmpdir(),
      encoding: 'utf8',
    })
    const { first, bad, cold } = JSON.parse(output) as Record<'first' | 'bad', { statusCode: number; body: string }> & {
      cold: number
    }
    expect([first.statusCode, JSON.parse(first.body).label]).toEqual([200, labels[0]])
    expect([bad.statusCode, JSON.parse(bad.body).error]).toEqual([400, 'expected 784 bytes (28×28×1), found 1'])
    console.log(`cold start, from the import to the first answer: ${cold.toFixed(0)} ms`)
  },
)
