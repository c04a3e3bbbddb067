import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ClassifierError, load } from '@pixelrow/infer-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { corners, expectedProbabilities, metadataOf, onnxOf } from '../../classifier/test/model.ts'

const bytes = onnxOf(corners)
const image = Uint8Array.of(1, 16, 8, 0)
let folder: string
let path: string
let server: Server
let origin: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pixelrow-test-'))
  path = join(folder, 'model.onnx')
  await writeFile(path, bytes)
  server = createServer((request, response) => {
    response.writeHead(request.url === '/model.onnx' ? 200 : 404)
    response.end(request.url === '/model.onnx' ? bytes : 'no such model')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

describe('a model', () => {
  test.each<[string, () => string | URL | Uint8Array]>([
    ['a path', () => path],
    ['a file URL', () => pathToFileURL(path)],
    ['a file URL as text', () => pathToFileURL(path).href],
    ['an http URL', () => `${origin}/model.onnx`],
    ['an http URL object', () => new URL('/model.onnx', origin)],
    ['a data URL', () => `data:application/octet-stream;base64,${Buffer.from(bytes).toString('base64')}`],
    ['bytes', () => bytes],
    ['a Buffer inside a larger one', () => Buffer.concat([Buffer.alloc(5), bytes]).subarray(5)],
  ])('loads from %s and classifies', async (_, source) => {
    const classifier = await load(source())
    const { label, top } = await classifier.classify(image)
    expect(label).toBe('right')
    const expected = expectedProbabilities(corners, image)
    for (const { index, probability } of top) expect(probability).toBeCloseTo(expected[index]!, 6)
    expect(classifier.device).toBe('cpu')
    expect(classifier.attempts.map(({ device }) => device)).toEqual(['cuda', 'webgpu'])
    await classifier.close()
    await expect(classifier.classify(image)).rejects.toThrow('the classifier is closed')
  })

  test('gives the same with any number of threads, and refuses what is no number of threads', async () => {
    const pixels = Uint8Array.from({ length: 4 * 1000 }, (_, i) => (i * 7) % 17)
    const predictions = []
    for (const threads of [1, 2]) {
      const classifier = await load(bytes, { threads })
      predictions.push(await classifier.predict(pixels))
      await classifier.close()
    }
    expect(predictions[1]).toEqual(predictions[0])
    for (const threads of [0, 1.5, -1, Number.NaN])
      await expect(load(bytes, { threads })).rejects.toThrow(
        'load: threads must be a whole number of at least 1; found',
      )
  })
})

describe('a source that is no model', () => {
  const text = (content: string) => () => new TextEncoder().encode(content)

  test.each<[string, () => string | URL | Uint8Array, string | RegExp]>([
    [
      'nothing there',
      () => join(folder, 'none.onnx'),
      'none.onnx: expected an ONNX model, found no such file (looked for',
    ],
    ['a folder', () => folder, 'expected an ONNX model, found a folder'],
    ['a 404', () => `${origin}/none.onnx`, '/none.onnx: the model cannot be downloaded: the server answers 404'],
    ['an empty file', () => new Uint8Array(0), 'the model: expected an ONNX model, found an empty file'],
    ['a CSV', text('label,pixel0,pixel1\n1,0,0\n'), "found text that starts with 'label,pixel0,pixel1'"],
    ['a web page', text('<!DOCTYPE html><html></html>'), 'found an HTML page'],
    ['a zip', text('PK\u0003\u0004rest'), 'found a zip archive: unpack it first'],
    ['a Git LFS pointer', text('version https://git-lfs.github.com/spec/v1\n'), 'found a Git LFS pointer'],
    [
      'half a model',
      () => bytes.subarray(0, bytes.length >> 1),
      /^the model: byte \d+: a length of \d+ bytes where \d+ are left; the file is damaged or no ONNX model$/,
    ],
    [
      'a newer IR',
      () => onnxOf(corners, { irVersion: 99 }),
      'ONNX IR version 99 is newer than this onnxruntime reads (up to',
    ],
    [
      'a newer opset',
      () => onnxOf(corners, { opset: 99 }),
      'operator set 99 of ai.onnx is newer than this onnxruntime',
    ],
    [
      'half of our metadata',
      () => onnxOf(corners, { metadata: { 'pixelrow.max_value': '16' } }),
      'its metadata lacks pixelrow.classes, pixelrow.shape',
    ],
    [
      'another input',
      () => onnxOf(corners, { metadata: metadataOf({ ...corners, width: 3 }) }),
      'expected an input of uint8 [N, 6]',
    ],
  ])('is refused with a sentence: %s', async (_, source, message) => {
    const error = await load(source()).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ClassifierError)
    if (typeof message === 'string') expect((error as Error).message).toContain(message)
    else expect((error as Error).message).toMatch(message)
  })

  test('is named by its path', async () => {
    const csv = join(folder, 'train.csv')
    await writeFile(csv, 'label,pixel0\n')
    await expect(load(csv)).rejects.toThrow(`${csv}: expected an ONNX model, found text`)
  })

  test('is refused where no server answers', async () => {
    const unused = createServer()
    await new Promise<void>((resolve) => unused.listen(0, '127.0.0.1', resolve))
    const { port } = unused.address() as AddressInfo
    await new Promise((resolve) => unused.close(resolve))
    await expect(load(`http://127.0.0.1:${port}/model.onnx`)).rejects.toThrow(`no answer from 127.0.0.1:${port}`)
  })
})

describe('a device', () => {
  test('that was asked for is the one in use, or the error says why not and what would help', async () => {
    for (const device of ['cuda', 'webgpu'] as const) {
      const result = await load(path, { device }).catch((error: unknown) => error)
      if (result instanceof ClassifierError) {
        expect(result.message).toContain(`${path}: cannot run on ${device}.`)
        expect(result.attempts.map((attempt) => attempt.device)).toEqual([device])
        expect(result.attempts[0]!.error).not.toBe('')
        expect(result.attempts[0]!.error).not.toContain('onnxruntime_src')
        expect(result.message).toContain(result.attempts[0]!.error)
        expect(result.message).toContain("Or take device: 'cpu'.")
      } else expect(result).toHaveProperty('device', device)
    }
  })

  test('list is tried in order, with the reasons of those that failed', async () => {
    const classifier = await load(path, { device: ['cuda', 'cpu'] })
    expect([...classifier.attempts.map((attempt) => attempt.device), classifier.device]).toEqual(
      classifier.device === 'cpu' ? ['cuda', 'cpu'] : ['cuda'],
    )
    for (const { error, fix } of classifier.attempts) {
      expect(error).not.toBe('')
      expect(fix).toContain('CUDA')
    }
    expect((await classifier.classify(image)).label).toBe('right')
    await classifier.close()
  })

  test('that does not exist is refused by name', async () => {
    await expect(load(path, { device: 'gpu' as 'cpu' })).rejects.toThrow(
      "load: device must be 'auto', 'cpu', 'wasm', 'cuda', 'tensorrt', 'webgpu', 'coreml' or 'dml', or a list of devices; found 'gpu'.",
    )
    await expect(load(path, { device: [] })).rejects.toThrow('a list of at least one device; found [].')
  })

  test('does not hide that the model is bad', async () => {
    await expect(load(onnxOf(corners, { irVersion: 99 }), { device: 'cpu' })).rejects.toThrow('ONNX IR version 99')
  })
})
