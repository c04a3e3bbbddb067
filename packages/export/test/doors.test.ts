import * as root from '@pixelrow/export'
import * as tfjs from '@pixelrow/export/tfjs'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

/** What a bundler makes of one of the package's doors. */
async function bundled(door: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from '${door}'`, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    write: false,
  })
  return outputFiles[0]!.text
}

test('the package itself neither names nor loads what reads models of TensorFlow.js', async () => {
  expect(Object.keys(root).filter((name) => /tfjs/i.test(name))).toEqual([])
  const ofTfjs = /tfjs|modelTopology|keras_version|Conv2DTranspose/
  expect(await bundled('@pixelrow/export')).not.toMatch(ofTfjs)
  expect(await bundled('@pixelrow/export/tfjs')).toMatch(ofTfjs)
})

test('both doors throw one class of errors', () => {
  expect(tfjs.ExportError).toBe(root.ExportError)
})
