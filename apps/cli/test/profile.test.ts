import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pixelrow, workFolder, writeData } from './helpers.ts'

test('profile tells the time by operator and the share of the limit, and writes nothing', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), { rows: 300, classes: ['a', 'b', 'c'] })
  const { code, stdout, stderr } = await pixelrow(['profile', '--recipe', 'fast', '--data', 'data', '--threads', '1'], {
    cwd,
  })
  expect({ code, stderr: stderr.replace(/\(.*\)/, '(…)').replace(/job: .*/, 'job: …') }).toEqual({
    code: 0,
    stderr: 'Reading data\nDevice cpu: a small job: …\nProfiling fast (…)\n',
  })
  expect(stdout).toMatch(/^[\d.]+ ms a step of 32 images: [\d,]+ a second \(cpu, 1 thread\)\n/)
  expect(stdout).toMatch(
    /\n[\d.]+ % of the [\d.]+ GFLOP\/s of one large matrix product\n\noperator +a step +ms +share\n/,
  )
  const shares = [...stdout.matchAll(/ ([\d.]+) %$/gm)].map(([, share]) => Number(share))
  expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(100, -1)
})

test('profile --json gives all of it', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), { rows: 300, classes: ['a', 'b', 'c'] })
  const { stdout } = await pixelrow(['profile', '--recipe', 'linear', '--data', 'data', '--json'], { cwd })
  const { operators, ...found } = JSON.parse(stdout)
  expect(found).toMatchObject({ recipe: 'linear', shape: '8x8', engine: 'onnxruntime', device: 'cpu' })
  // 64 to 3 forward, and once more for the weights; nothing below wants a gradient.
  expect(found.flopsPerStep).toBe(2 * 2 * found.batchSize * 64 * 3)
  expect(operators.map(({ name }: { name: string }) => name)).toContain('Gemm')
})
