import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runInNewContext } from 'node:vm'
import { load, open } from '@pixelrow/infer-node'
import { afterAll, describe, expect, test } from 'vitest'
import { openRealm } from '../../../tests/realm.ts'
import { corners, onnxOf } from '../../classifier/test/model.ts'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-realms-'))
const path = join(folder, 'model.onnx')
writeFileSync(path, onnxOf(corners))
afterAll(() => rmSync(folder, { recursive: true }))

const image = [1, 16, 8, 0]

describe('what another realm made is taken for what it is', () => {
  /** An array of another realm. */
  const theirs = (values: Iterable<number>): Uint8Array =>
    runInNewContext('Uint8Array.from(values)', { values: [...values] })
  /** As jsdom has them: of the kind, and of no class that Node knows. */
  const kind = (name: string, members: object) =>
    runInNewContext(`Object.defineProperty(members, Symbol.toStringTag, { value: '${name}' })`, { members })

  test.each<[string, () => Parameters<typeof load>[0]]>([
    ['bytes', () => theirs(readFileSync(path))],
    ['a URL', () => kind('URL', { href: pathToFileURL(path).href })],
    ['a Blob', () => kind('Blob', { arrayBuffer: async () => Uint8Array.from(readFileSync(path)).buffer })],
    ['a File', () => new File([Uint8Array.from(readFileSync(path))], 'model.onnx')],
  ])('a model: %s', async (_, source) => {
    for (const options of [{ worker: true }, { worker: false }, { isolate: true }]) {
      await using classifier = await load(source(), options)
      expect((await classifier.classify(Uint8Array.from(image))).label).toBe('right')
    }
    await (await open(source())).close()
  })

  test.each([{ worker: true }, { worker: false }, { isolate: true }])(
    'pixels, in lists and streams, too (%o)',
    async (options) => {
      await using classifier = await load(path, options)
      const pixels = theirs(image)
      expect((await classifier.classify(pixels)).label).toBe('right')
      expect([...(await classifier.predict(theirs([...image, ...image]))).labels]).toEqual([1, 1])
      expect(await classifier.classifyMany([pixels, pixels])).toHaveLength(2)
      const source = runInNewContext('(async function* () { yield pixels.slice(); yield pixels.slice() })()', {
        pixels,
      })
      const labels = []
      for await (const found of classifier.predictRows(source, { transfer: true })) labels.push(...found.labels)
      expect(labels).toEqual([1, 1])
      await expect(classifier.classify(theirs([1, 2, 3]))).rejects.toThrow('expected 4 bytes (2×2×1), found 3')
    },
  )
})

test('in a realm of its own, as Jest has it, the package works: what Node reads, a worker gives and a signal says', async () => {
  const { load, open, ClassifierError } =
    openRealm().load<typeof import('@pixelrow/infer-node')>('@pixelrow/infer-node')
  for (const source of [
    path,
    readFileSync(path),
    new Blob([Uint8Array.from(readFileSync(path))]),
    pathToFileURL(path),
  ]) {
    const classifier = await load(source)
    expect((await classifier.classify(Buffer.from(image), { signal: new AbortController().signal })).label).toBe(
      'right',
    )
    const { labels, probabilities } = await classifier.predict(Uint8Array.from(image))
    expect([[...labels], probabilities.length]).toEqual([[1], 3])
    await classifier.close()
  }
  const isolated = await load(path, { isolate: true })
  expect((await isolated.classify(Uint8Array.from(image))).label).toBe('right')
  // Memory to itself, and not that of a message.
  const { probabilities } = await isolated.predict(Uint8Array.from(image))
  expect(probabilities.buffer.byteLength).toBe(probabilities.byteLength)
  await isolated.close()
  const failure = await load(join(folder, 'none.onnx')).catch((error) => error)
  expect(failure).toBeInstanceOf(ClassifierError)
  expect(failure.message).toContain('no such file')
  await expect(open(path, { threads: 0 })).rejects.toMatchObject({ code: 'CLASSIFIER_OPTION_INVALID' })
})
