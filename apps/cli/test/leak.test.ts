import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { random } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { pixelrow, workFolder, writeData } from './helpers.ts'

test.each(['mlp', 'fast', 'best'])('nothing of test.csv enters the training of %s', async (recipe) => {
  const cwd = workFolder()
  for (const folder of ['real', 'noise']) writeData(join(cwd, folder), { rows: 150, classes: ['a', 'b', 'c'] })
  const path = join(cwd, 'noise/test.csv')
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n')
  const noise = random(9, 1000)
  const rows = [...lines, ...lines].map((line, row) =>
    line
      .split(',')
      .map((_, i) => noise.below(row, i, 17))
      .join(','),
  )
  writeFileSync(path, `${[header, ...rows].join('\n')}\n`)
  const flags = ['--recipe', recipe, '--steps', '12', ...(recipe === 'best' ? ['--members', '2'] : []), '--quiet']
  const models: Buffer[] = []
  for (const folder of ['real', 'noise']) {
    expect(await pixelrow(['run', '--data', folder, '--out', `out/${folder}`, ...flags], { cwd })).toMatchObject({
      code: 0,
    })
    models.push(readFileSync(join(cwd, 'out', folder, 'model.onnx')))
  }
  expect(models[1]!.equals(models[0]!)).toBe(true)
})
