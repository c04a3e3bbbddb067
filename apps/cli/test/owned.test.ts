import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toOnnx } from '@pixelrow/export'
import { claim } from '@pixelrow/files'
import { initialize, linear } from '@pixelrow/model'
import { describe, expect, test } from 'vitest'
import { pixelrow, workFolder } from './helpers.ts'

const shape = { height: 8, width: 8, channels: 1, channelOrder: 'interleaved' } as const

/** A model that nobody has trained. */
function model(seed: number): Uint8Array {
  const classes = ['ant', 'bee']
  const architecture = linear({ shape, maxValue: 16, classes })
  return toOnnx({ architecture, weights: initialize(architecture, (_, index) => (index * seed) % 1), classes })
}

function withModels(): string {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.onnx'), model(0.618))
  writeFileSync(join(cwd, 'b.onnx'), model(0.414))
  return cwd
}

const bytesOf = (...path: string[]) => new Uint8Array(readFileSync(join(...path)))

/** Commands, and the files that each writes. */
const writing: [name: string, words: string[], files: string[]][] = [
  ['export', ['export', 'a.onnx', '-o', 'out/m.onnx'], ['out/m.onnx', 'out/m.rows.bin']],
  ['merge', ['merge', 'a.onnx', 'b.onnx', '-o', 'out/m.onnx'], ['out/m.onnx', 'out/m.rows.bin']],
  ['playground', ['playground', '--model', 'a.onnx', '-o', 'out'], ['out/index.html', 'out/a.onnx', 'out/favicon.svg']],
]

describe.each(writing)('%s', (_, words, files) => {
  test.each(files)(
    'leaves a file of somebody else at %s, says so before its work, and does what its fix says',
    async (file) => {
      const cwd = withModels()
      mkdirSync(join(cwd, 'out'))
      writeFileSync(join(cwd, file), 'mine')
      const { code, stdout, stderr } = await pixelrow(words, { cwd })
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toBe(
        `Error: ${file}: is there already and was not written by pixelrow, so it stays.\n` +
          'Fix: Choose another name with -o, move it away, or add --force to replace it.\n',
      )
      expect(readdirSync(join(cwd, 'out'))).toEqual([file.slice('out/'.length)])
      expect(readFileSync(join(cwd, file), 'utf8')).toBe('mine')
      expect(await pixelrow([...words, '--force'], { cwd })).toMatchObject({ code: 0 })
      const made = existsSync(join(cwd, file)) ? readFileSync(join(cwd, file), 'utf8') : 'nothing'
      expect(made).not.toBe('mine')
      // What it wrote itself it replaces without a word, unless it was changed since.
      expect(await pixelrow(words, { cwd })).toMatchObject({ code: 0 })
      writeFileSync(join(cwd, files[0]!), 'edited')
      const { error } = JSON.parse((await pixelrow([...words, '--json'], { cwd })).stdout)
      expect(error).toMatchObject({ code: 'FILES_FOREIGN', params: { state: 'changed' } })
      expect(readFileSync(join(cwd, files[0]!), 'utf8')).toBe('edited')
    },
  )

  test('leaves a folder that somebody writes to', async () => {
    const cwd = withModels()
    await using _ = await claim(join(cwd, 'out'), { by: 'a long job' })
    const { code, stderr } = await pixelrow(words, { cwd })
    expect(code).toBe(1)
    expect(stderr).toContain(`process ${process.pid} on `)
    expect(stderr).toContain(`(a long job) writes there`)
    expect(stderr).toMatch(/\nFix: Wait for it, or end it: \S+ /)
    expect(readdirSync(join(cwd, 'out'))).toEqual(['.pixelrow'])
  })
})

test('export and merge replace a model that an older version wrote, of which nothing is written down', async () => {
  const cwd = withModels()
  for (const [, words] of writing.slice(0, 2)) {
    mkdirSync(join(cwd, 'out'))
    writeFileSync(join(cwd, 'out/m.onnx'), model(0.1))
    expect(await pixelrow(words, { cwd })).toMatchObject({ code: 0 })
    expect(bytesOf(cwd, 'out/m.onnx')).not.toEqual(model(0.1))
    rmSync(join(cwd, 'out'), { recursive: true })
  }
})

test('a model on a device has nothing beside it', async () => {
  const cwd = withModels()
  const { code } = await pixelrow(['export', 'a.onnx', '-o', '/dev/null'], { cwd })
  expect(code).toBe(0)
  expect(existsSync('/dev/null.rows.bin')).toBe(false)
})
