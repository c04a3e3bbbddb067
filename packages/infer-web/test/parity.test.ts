import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reducePrecision, toOnnx } from '@pixelrow/export'
import { load } from '@pixelrow/infer-node'
import { cnn } from '@pixelrow/model'
import { adam, fit } from '@pixelrow/train'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import { digits } from '../../../tests/digits.ts'
import { run } from '../../export/test/runtime.ts'
import { isolation, openPage, servePage } from './page.ts'

const rows = 1000
/** Software that plays a graphics card takes seconds: the suite looks at some, test:full at all. */
const rowsOnGpu = process.env.PIXELROW_FULL ? rows : 64
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-parity-'))
const unseen = digits('t10k', rows)

beforeAll(async () => {
  const table = digits('train', 3000)
  const { model } = await fit(cnn(table, { filters: [8, 16] }), table, {
    epochs: 2,
    batchSize: 64,
    learningRate: 0.003,
    optimizer: adam(),
    validation: 0,
  })
  const bytes = toOnnx(model)
  const calibration = { pixels: table.pixels.subarray(0, 256 * 784) }
  const float16 = await reducePrecision(bytes, { precision: 'float16', rows: unseen, run })
  const int8 = await reducePrecision(bytes, { precision: 'int8', rows: unseen, calibration, run })
  writeFileSync(join(folder, 'float32.onnx'), bytes)
  writeFileSync(join(folder, 'float16.onnx'), float16.bytes)
  writeFileSync(join(folder, 'int8.onnx'), int8.bytes)
  writeFileSync(join(folder, 'pixels.bin'), unseen.pixels)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Found {
  device: string
  labels: number[]
  probabilities: number[]
}

async function inNode(precision: string): Promise<Found> {
  const classifier = await load(join(folder, `${precision}.onnx`), { device: 'cpu' })
  const { labels, probabilities } = await classifier.predict(unseen.pixels)
  await classifier.close()
  return { device: classifier.device, labels: [...labels], probabilities: [...probabilities] }
}

function inPage(page: Page, precision: string, options: object, count = rows): Promise<Found> {
  return page.evaluate(
    async ([precision, options, count]) => {
      const pixels = new Uint8Array(await (await fetch('/files/pixels.bin')).arrayBuffer())
      const classifier = await inferWeb.load(`/files/${precision}.onnx`, options)
      const { labels, probabilities } = await classifier.predict(pixels.subarray(0, count * 784))
      const { device } = classifier
      await classifier.close()
      return { device, labels: [...labels], probabilities: [...probabilities] }
    },
    [precision, options, count] as const,
  )
}

const furthest = (a: number[], b: number[]) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0)

describe.each([
  ['without WebGPU', { webgpu: false, device: 'wasm', count: rows }],
  ['with it', { webgpu: true, device: 'webgpu', count: rowsOnGpu }],
] as const)('digits %s', (_, { webgpu, device, count }) => {
  test.each([
    ['not isolated', {}, {}],
    ['isolated, with threads', isolation, { threads: 2 }],
  ])('%s, get onnxruntime-node’s classes and probabilities', async (_, headers, threads) => {
    const [browser, server] = await Promise.all([
      launchChromium({ webgpu }),
      servePage(headers, {}, { '/files/': folder }),
    ])
    const { page } = await openPage(browser, server)
    const expected = await inNode('float32')
    expect(expected.labels.filter((label, row) => label === unseen.labels[row]).length).toBeGreaterThan(0.8 * rows)
    const found = await inPage(page, 'float32', { device: [device], ...threads }, count)
    expect(found.device).toBe(device)
    expect(found.labels).toEqual(expected.labels.slice(0, count))
    expect(furthest(found.probabilities, expected.probabilities)).toBeLessThan(1e-4)
    await Promise.all([browser.close(), server.close()])
  })
})

test.each([
  ['float16', 1e-3],
  ['int8', 0.05],
])('what toOnnx writes in %s classifies here as in onnxruntime-node', async (precision, most) => {
  expect(readFileSync(join(folder, `${precision}.onnx`)).length).toBeGreaterThan(0)
  const [browser, server] = await Promise.all([launchChromium(), servePage({}, {}, { '/files/': folder })])
  const { page } = await openPage(browser, server)
  const [expected, found] = [await inNode(precision), await inPage(page, precision, {})]
  expect(furthest(found.probabilities, expected.probabilities)).toBeLessThan(most)
  expect(found.labels).toEqual(expected.labels)
  await Promise.all([browser.close(), server.close()])
})
