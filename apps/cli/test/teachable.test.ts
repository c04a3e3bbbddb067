import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from '@pixelrow/export'
import { expect, test } from 'vitest'
import { filesOf, teachableMetadata, teachableModel, zipped } from '../../../packages/export/test/tfjsfiles.ts'
import { predict } from '../../../packages/export/test/tfjsruntime.ts'
import { root } from '../../../scripts/workspace.mjs'
import { csvRows, pixelrow, png, workFolder } from './helpers.ts'

const side = 224
const labels = ['cat', 'dog', 'neither of them']
const model = teachableModel(side)

/** Pictures wider and higher than the model's, so that all but the middle square is left out and nothing is resized. */
const pictures = [
  { name: 'wide.png', width: 300, height: side },
  { name: 'high.png', width: side, height: 261 },
  { name: 'square.png', width: side, height: side },
].map(({ name, width, height }, at) => {
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, place) => {
    return 128 + 100 * Math.sin(place / (7 + 3 * at)) + (place % 27)
  })
  return { name, width, height, pixels }
})

/** What the project's own library feeds: the middle square, each byte over 127 less 1. */
function expected({ width, height, pixels }: (typeof pictures)[number]): number[] {
  const [left, top] = [Math.floor((width - side) / 2), Math.floor((height - side) / 2)]
  const data = Float32Array.from({ length: side * side * 3 }, (_, place) => {
    const [x, y] = [Math.floor(place / 3) % side, Math.floor(place / 3 / side)]
    return pixels[((top + y) * width + left + x) * 3 + (place % 3)]! / 127 - 1
  })
  return predict(model, { x: { dims: [1, side, side, 3], data } })[0]!.data
}

test('a Teachable Machine download becomes a classifier of pictures in one command, as a zip and as a folder', async () => {
  const cwd = workFolder()
  const download = [...(await filesOf(model)), teachableMetadata(labels, side)]
  writeFileSync(join(cwd, 'my-model.zip'), zipped(download))
  for (const folder of ['my-model', 'pictures']) mkdirSync(join(cwd, folder))
  for (const { name, bytes } of download) writeFileSync(join(cwd, 'my-model', name), bytes)
  for (const { name, width, height, pixels } of pictures)
    writeFileSync(join(cwd, 'pictures', name), png(width, height, pixels))

  for (const source of ['my-model.zip', 'my-model', 'my-model/model.json']) {
    const out = `${source.replace(/\W/g, '-')}.onnx`
    expect(await pixelrow(['export', source, '-o', out], { cwd })).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(join(cwd, out)).equals(readFileSync(join(cwd, 'my-model-zip.onnx')))).toBe(true)
  }
  const alone = ['my-model.zip', '-o', 'alone.onnx']
  const command = join(root, 'packages/export/dist/bin.js')
  expect(spawnSync(process.execPath, [command, ...alone], { cwd, encoding: 'utf8' })).toMatchObject({ status: 0 })
  expect(readFileSync(join(cwd, 'alone.onnx')).equals(readFileSync(join(cwd, 'my-model-zip.onnx')))).toBe(true)
  expect(describe(readFileSync(join(cwd, 'alone.onnx'))).inputs).toEqual([
    { name: 'pixels', dataType: 'uint8', dims: ['N', side, side, 3] },
  ])

  const args = ['predict', 'alone.onnx', 'pictures', '-o', 'labels.csv', '--probabilities', 'p.csv']
  expect(await pixelrow(args, { cwd })).toMatchObject({ code: 0 })
  const [header, ...rows] = csvRows(readFileSync(join(cwd, 'p.csv'), 'utf8'))
  expect(header).toEqual(['ImageId', ...labels])
  for (const picture of pictures) {
    const found = rows
      .find(([id]) => id === picture.name)!
      .slice(1)
      .map(Number)
    const wanted = expected(picture)
    expect(found).toEqual(wanted.map((value) => expect.closeTo(value, 4)))
    expect(new Set(found).size).toBe(3)
  }
})
