import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe as describeFile } from '@pixelrow/export'
import { tfjsToOnnx } from '@pixelrow/export/tfjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { layerCases } from '../../packages/export/test/tfjscases.ts'
import { graphFiles, loadGraphModel } from '../../packages/export/test/tfjsgraphbuilder.ts'
import { graphCases } from '../../packages/export/test/tfjsgraphs.ts'
import {
  difference,
  layers,
  type Numbers,
  predict,
  runOnnx,
  tf,
  trained,
} from '../../packages/export/test/tfjsruntime.ts'
import { root } from '../../scripts/workspace.mjs'
import { environment, python, tensorflow } from './python.ts'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-tfjs-'))
const full = join(root, 'tests/full')
const minutes = 60_000

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test("Python's onnx accepts every file of the matrix: its full check and strict shape inference", async () => {
  const models = layerCases(7).map(({ build }) => trained(build()))
  const sources = [...models, ...graphCases.map(graphFiles)]
  for (const [at, source] of sources.entries()) writeFileSync(join(folder, `${at}.onnx`), await tfjsToOnnx(source))
  const { files, failures } = JSON.parse(python(join(full, 'check_files.py'), folder))
  expect(failures).toEqual({})
  expect(files).toBe(sources.length)
  expect(files).toBeGreaterThan(600)
})

/** A model in memory, as tfjs would read it from a folder. */
function artifactsIn(path: string): tf.io.IOHandler {
  const { weightsManifest, ...rest } = JSON.parse(readFileSync(join(path, 'model.json'), 'utf8'))
  const groups = weightsManifest as { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[]
  const data = Buffer.concat(groups.flatMap(({ paths }) => paths.map((shard) => readFileSync(join(path, shard)))))
  const weightData = new Uint8Array(data).buffer
  return tf.io.fromMemory({
    ...rest,
    weightSpecs: groups.flatMap(({ weights }) => weights),
    weightData,
  } as tf.io.ModelArtifacts)
}

interface Report {
  tensorflow: string
  models: Record<string, { input: number[]; output: number[] }>
}

const names = ['MobileNetV2', 'ResNet50', 'EfficientNetB0']

describe("Keras' own architectures, written by tensorflowjs", () => {
  const out = mkdtempSync(join(tmpdir(), 'pixelrow-keras-'))
  let report: Report

  beforeAll(() => {
    // Here, so that a missing package is one failure; some two gigabytes, in a minute and a half over a good line.
    environment(tensorflow)
  }, 20 * minutes)

  beforeAll(async () => {
    await promisify(execFile)(environment(tensorflow), [join(full, 'keras_models.py'), out], { maxBuffer: 2 ** 26 })
    report = JSON.parse(readFileSync(join(out, 'models.json'), 'utf8'))
  }, 20 * minutes)

  afterAll(() => rmSync(out, { recursive: true, force: true }))

  const numbersIn = (name: string, file: string, dims: number[]) => {
    const bytes = readFileSync(join(out, name, file))
    return { dims, data: new Float32Array(new Uint8Array(bytes).buffer) }
  }

  async function convert(name: string, format: string) {
    const path = join(out, name, format)
    const bytes = await tfjsToOnnx(path)
    writeFileSync(join(out, `${name}_${format}.onnx`), bytes)
    const { inputs, outputs, operators } = describeFile(bytes)
    const feeds = { [inputs[0]!.name]: numbersIn(name, 'input.bin', report.models[name]!.input) }
    const found = (await runOnnx(bytes, feeds))[outputs[0]!.name]!
    const { dims, data } = numbersIn(name, 'output.bin', report.models[name]!.output)
    return { path, found, feeds, operators, keras: { dims, data: [...data] } satisfies Numbers }
  }

  test.each(names)('%s as layers', async (name) => {
    const { path, found, feeds, keras, operators } = await convert(name, 'layers')
    expect(operators.Transpose).toBe(1)
    expect(difference(keras, found)).toBeLessThan(1e-4)
    const loading = layers.loadLayersModel(artifactsIn(path))
    // tfjs has no layer Normalization, with which this one begins.
    if (name === 'EfficientNetB0') await expect(loading).rejects.toThrow('Normalization')
    else expect(difference(predict(await loading, feeds)[0]!, found)).toBeLessThan(1e-4)
  })

  test.each(names)('%s as a graph', async (name) => {
    const { path, found, feeds, keras, operators } = await convert(name, 'graph')
    expect(operators.Transpose).toBe(1)
    expect(difference(keras, found)).toBeLessThan(1e-4)
    expect(difference(predict(await loadGraphModel(artifactsIn(path)), feeds)[0]!, found)).toBeLessThan(1e-4)
  })

  test('a graph whose weights are uint8', async () => {
    const { path, found, feeds } = await convert(names[0]!, 'graph_uint8')
    expect(difference(predict(await loadGraphModel(artifactsIn(path)), feeds)[0]!, found)).toBeLessThan(1e-4)
  })

  test("Python's onnx accepts them", () => {
    const { files, failures } = JSON.parse(python(join(full, 'check_files.py'), out))
    expect(failures).toEqual({})
    expect(files).toBe(readdirSync(out).filter((name) => name.endsWith('.onnx')).length)
    expect(files).toBe(2 * names.length + 1)
  })
})
