import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, fromOnnx, optimize, toFloat16, toOnnx } from '@pixelrow/export'
import { mlp } from '@pixelrow/model'
import { expect, test } from 'vitest'
import { modelOf } from './models.ts'

const script = fileURLToPath(new URL('../scripts/fuzz.mjs', import.meta.url))

test.each([
  ['2,000 mutated files', ['2000', '1'], 2000, 1000],
  ['200 mutated files of 5 MB', ['200', '1', 'large'], 200, 100],
] as const)('%s: each taken or refused in words, at once, in bounded memory', async (_, args, files, least) => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args])
  const [line, ...failures] = stdout.trimEnd().split('\n')
  expect(failures).toEqual([])
  const [, accepted, refused] = /: (\d+) times taken, (\d+) times refused/.exec(line!)!.map(Number)
  expect(accepted! + refused!).toBe(files * 8)
  expect(accepted).toBeGreaterThan(least)
  expect(refused).toBeGreaterThan(files)
})

test.each([
  ['describe', describe],
  ['fromOnnx', fromOnnx],
  ['optimize', optimize],
  ['toFloat16', toFloat16],
] as const)('%s of a large file takes less than ten times its memory', (_, operation) => {
  const shape = { height: 64, width: 64, channels: 1, channelOrder: 'interleaved' as const }
  const bytes = toOnnx(modelOf(mlp({ shape, maxValue: 255, classes: ['a', 'b'] }, { hidden: [600] })))
  expect(bytes.length).toBeGreaterThan(9e6)
  const memory = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
  const before = memory()
  operation(bytes)
  expect(memory() - before).toBeLessThan(10 * bytes.length)
})
