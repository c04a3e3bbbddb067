// @ts-check
// Lays the files of a page under a roof into the current folder, with a model for it: `node lay.mjs vite`.
import { cpSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { classes, labels, pixels, shape } from './rows.js'

const here = import.meta.dirname
const require = createRequire(join(process.cwd(), 'app.mjs'))
const [, , app = ''] = process.argv
cpSync(join(here, 'apps', app), '.', { recursive: true })
for (const file of ['page.js', 'rows.js']) cpSync(join(here, file), file)
const [{ linear }, { fit }, { toOnnx }] = ['@pixelrow/model', '@pixelrow/train', '@pixelrow/export'].map((name) =>
  require(name),
)
const table = { rows: labels.length, shape, maxValue: 255, pixels, labels, classes }
const { model } = await fit(linear(table), table, { epochs: 20, seed: 1, validation: 0 })
writeFileSync('model.onnx', toOnnx(model))
