import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const sources = fileURLToPath(new URL('../src', import.meta.url))

test('WebGPU’s lowering, models and runs of steps are bundled for a page: they take nothing of Node', async () => {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `export { prepareWebgpu } from './engines/webgpu/prepare.ts'
export { openSteps } from './engines/webgpu/sessions.ts'
export { lower } from './lowerings/index.ts'`,
      resolveDir: sources,
    },
    bundle: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports)
  expect(imports).toEqual([])
  expect(outputFiles[0]!.text).not.toMatch(/['"]node:|\brequire\(|\bprocess\./)
})
