import { ExportError, type TfjsFile, tfjsToOnnx } from '@pixelrow/export/tfjs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { filesOf, teachableModel, zipped } from './tfjsfiles.ts'
import { graphFiles } from './tfjsgraphbuilder.ts'
import { graphCases } from './tfjsgraphs.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const values: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, -1, 0, 1.5, 1e9, '', 'x', [], {}, [null], [[1]], { a: 1 }, '__proto__', [
    -1,
    2 ** 40,
  ]),
  fc.integer(),
)

/** Every place in a document, as the keys that lead there. */
function places(json: Json, path: string[] = []): string[][] {
  if (typeof json !== 'object' || json === null) return [path]
  return [path, ...Object.entries(json).flatMap(([key, value]) => places(value, [...path, key]))]
}

function changed(json: Json, path: readonly string[], value: Json | undefined): Json {
  const copy = structuredClone(json)
  if (path.length === 0) return value ?? null
  const parent = path.slice(0, -1).reduce<Json>((at, key) => (at as Record<string, Json>)[key]!, copy) as Record<
    string,
    Json
  >
  if (value === undefined) delete parent[path.at(-1)!]
  else parent[path.at(-1)!] = value
  return copy
}

/** Converts, or says why not: anything but an ExportError is a fault of ours. */
async function answer(source: readonly TfjsFile[] | Uint8Array): Promise<void> {
  await tfjsToOnnx(source).catch((error) => {
    if (!(error instanceof ExportError)) throw error
  })
}

const sources: [string, () => Promise<readonly TfjsFile[]>][] = [
  ['layers', () => filesOf(teachableModel(8))],
  ['a graph', async () => graphFiles(graphCases.find(({ name }) => name === 'a flattened convolution into MatMul')!)],
  ['shapes in a graph', async () => graphFiles(graphCases.find(({ name }) => name === 'Reshape by its own shape')!)],
]

test.each(sources)('any change of a model.json with %s is read or refused', async (_, files) => {
  const [model, ...shards] = await files()
  const json = JSON.parse(new TextDecoder().decode(model!.bytes)) as Json
  const change = fc.tuple(fc.constantFrom(...places(json)), fc.option(values, { nil: undefined }))
  await fc.assert(
    fc.asyncProperty(change, async ([path, value]) => {
      const bytes = new TextEncoder().encode(JSON.stringify(changed(json, path, value)))
      await answer([{ name: 'model.json', bytes }, ...shards])
    }),
    { numRuns: 400, seed: 5 },
  )
})

test('any changed byte of a zip is read or refused', async () => {
  const zip = zipped(await filesOf(teachableModel(8)))
  await fc.assert(
    fc.asyncProperty(fc.nat(zip.length - 1), fc.nat(255), fc.boolean(), async (at, byte, cut) => {
      const bytes = cut ? zip.slice(0, at) : zip.slice()
      if (!cut) bytes[at] = byte
      await answer(bytes)
    }),
    { numRuns: 300, seed: 6 },
  )
})

test('models nested beyond reason are refused', async () => {
  let topology: Json = { class_name: 'Dense', config: { name: 'd', units: 1 } }
  for (let depth = 0; depth < 300; depth++)
    topology = { class_name: 'Sequential', config: { name: 's', layers: [topology] } }
  const bytes = new TextEncoder().encode(JSON.stringify({ modelTopology: topology, weightsManifest: [] }))
  const converted = tfjsToOnnx([{ name: 'model.json', bytes }])
  await expect(converted).rejects.toThrow('models inside models deeper than 50')
})
