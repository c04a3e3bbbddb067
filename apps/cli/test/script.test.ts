import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fit, fromOnnx, linear, load, mlp, readTable, recipes, split, toOnnx, writeSubmission } from 'pixelrow'
import { expect, test } from 'vitest'
import { recipeNames } from '../src/line/flags/training.ts'
import { fakeTable, workFolder } from './helpers.ts'

test('a script does the whole job with one import', async () => {
  const folder = workFolder()
  const fake = { rows: 200, classes: ['ant', 'bee', 'wasp'] }
  writeFileSync(join(folder, 'train.csv'), fakeTable(fake).labelled)
  const unseen = fakeTable({ ...fake, seed: 1 })
  writeFileSync(join(folder, 'test.csv'), unseen.unlabelled)

  const table = await readTable(join(folder, 'train.csv'))
  const { train, validation } = split(table, { validation: 0.2, seed: 1 })
  for (const architecture of [linear(table), mlp(table, { hidden: [20] })]) {
    const { model, history } = await fit(architecture, train, { validation, epochs: 20 })
    expect(history.at(-1)?.accuracy).toBeGreaterThan(0.9)
    const classifier = await load(toOnnx(model))
    const test = await readTable(join(folder, 'test.csv'), { label: false, maxValue: table.maxValue })
    const { labels } = await classifier.predict(test.pixels)
    expect(Array.from(labels, (label) => classifier.classes[label])).toEqual(unseen.labels)
    await writeSubmission(join(folder, 'submission.csv'), { labels, classes: classifier.classes })
    expect(await classifier.close()).toBeUndefined()
    expect(fromOnnx(toOnnx(model)).classes).toEqual(['ant', 'bee', 'wasp'])
  }
  expect(Object.keys(recipes)).toEqual([...recipeNames])
})
