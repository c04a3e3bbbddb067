import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { tfjsToOnnx } from '@pixelrow/export/tfjs'
import { check, read } from '@pixelrow/onnx'
import { expect } from 'vitest'
import { difference, type Feeds, runOnnx } from './tfjsruntime.ts'

/** A tensor as scripts/keras_layers.py writes it: float32 as base64. */
interface Numbers {
  shape: number[]
  data: string
}

/** A model of one kind of layer, with what Keras says of its inputs. */
export interface KerasCase {
  name: string
  kind: string
  keras: 2 | 3
  model: { weightsManifest: { paths: string[]; weights: unknown[] }[]; [field: string]: unknown }
  weights: string
  inputs: Numbers[]
  output: Numbers
}

/** What scripts/keras_layers.py made: the versions of Keras, and the cases. */
export interface KerasCases {
  keras: string
  tf_keras: string
  missing: string[]
  cases: KerasCase[]
}

export function kerasCases(path: string | URL): KerasCases {
  return JSON.parse(gunzipSync(readFileSync(path)).toString())
}

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
const floats = ({ data }: Numbers) => new Float32Array(bytesOf(data).slice().buffer)

/** A case's model as a user has it: model.json and one file of weights. */
export function filesOfCase({ model, weights }: Pick<KerasCase, 'model' | 'weights'>) {
  const manifest = [{ paths: ['weights.bin'], weights: model.weightsManifest.flatMap((group) => group.weights) }]
  const json = JSON.stringify({ ...model, weightsManifest: manifest })
  return [
    { name: 'model.json', bytes: new TextEncoder().encode(json) },
    { name: 'weights.bin', bytes: bytesOf(weights) },
  ]
}

/** Converts a case, runs it in onnxruntime, and compares with what Keras says. */
export async function expectKeras(given: KerasCase): Promise<void> {
  const bytes = await tfjsToOnnx(filesOfCase(given))
  check(read(bytes))
  const { inputs, outputs } = read(bytes).graph
  const feeds = inputs.map(({ name }, at): [string, Feeds[string]] => {
    return [name, { dims: given.inputs[at]!.shape, data: floats(given.inputs[at]!) }]
  })
  const found = (await runOnnx(bytes, Object.fromEntries(feeds)))[outputs[0]!.name]!
  const expected = { dims: given.output.shape, data: [...floats(given.output)] }
  expect(difference(expected, found), 'the largest difference from Keras').toBeLessThan(1e-5)
}
