import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { load } from '@pixelrow/infer-web'
import { expect, test } from 'vitest'
import { corners, onnxOf } from '../../classifier/test/model.ts'

const run = promisify(execFile)

test('the import is safe on a server, and loads nothing there', async () => {
  const script = `
    import('node:module').then(async ({ createRequire }) => {
      const { load } = await import('@pixelrow/infer-web')
      const common = createRequire(process.cwd() + '/x.js')('@pixelrow/infer-web')
      const loaded = process.report.getReport().sharedObjects.some((file) => file.includes('onnxruntime'))
      console.log(typeof load, typeof common.load, loaded, typeof document)
    })`
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  const { stdout } = await run(process.execPath, ['-e', script], { cwd })
  expect(stdout.trim()).toBe('function function false undefined')
})

test('a model’s bytes work there too, a relative URL names the package for files', async () => {
  const classifier = await load(onnxOf(corners))
  expect((await classifier.classify(Uint8Array.of(1, 16, 8, 0))).label).toBe('right')
  await classifier.close()
  await expect(load('model.onnx')).rejects.toThrow('model.onnx: expected a whole URL, as there is no page here')
})
