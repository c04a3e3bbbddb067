import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { random, wilsonInterval } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { fakeTable, pixelrow, workFolder } from './helpers.ts'

/** Noise with random labels, each row so many times, in the order of a shuffled deck; `contradicts` gives every fifth repetition another label. */
function noise({ pictures, times, contradicts = false }: { pictures: number; times: number; contradicts?: boolean }) {
  const { below } = random(2, 901)
  const header = ['label', ...Array.from({ length: 64 }, (_, i) => `pixel${i}`)].join(',')
  const rows = Array.from({ length: pictures * times }, (_, row) => {
    const picture = row % pictures
    const other = contradicts && row >= pictures && row % 5 === 0 ? 1 : 0
    const cells = Array.from({ length: 64 }, (__, i) => below(picture, i, 256))
    return [(below(picture, 100, 2) + other) % 2, ...cells].join(',')
  })
  return `${[header, ...rows].join('\n')}\n`
}

test('noise is not learnt by heart and then asked for: its accuracy is that of a coin', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.csv'), noise({ pictures: 60, times: 8 }))
  const trained = await pixelrow(['train', 'a.csv', '--validation', '0.5', '--threads', '1', '--json'], { cwd })
  const { accuracy, data } = JSON.parse(trained.stdout)
  // Thirty pictures, of which a coin is right about fifteen: 0.77 and more comes in one of four hundred cases.
  expect(data.validationRows).toBe(240)
  expect(accuracy.validation).toBeLessThan(0.77)
  expect(trained.stderr).toMatch(/\n420 rows repeat an earlier picture\n/)
})

test('rows that repeat a picture, and those that contradict its label, are counted by describe and told by train', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.csv'), noise({ pictures: 40, times: 3, contradicts: true }))
  const described = await pixelrow(['data', 'describe', 'a.csv', '--quiet'], { cwd })
  expect(described.stdout).toMatch(
    /^repeated +80 rows are the same picture as an earlier one, 16 of them with another label$/m,
  )
  const json = await pixelrow(['data', 'describe', 'a.csv', '--json', '--quiet'], { cwd })
  expect(JSON.parse(json.stdout)).toMatchObject({ repeated: 80, contradictory: 16 })
  const { stderr } = await pixelrow(['train', 'a.csv', '--epochs', '1', '--threads', '1'], { cwd })
  expect(stderr).toMatch(/\n80 rows repeat an earlier picture; 16 of them with another label\n/)
})

test('a table without repetitions is told nothing about them', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.csv'), fakeTable({ rows: 40, classes: ['0', '1'], maxValue: 255 }).labelled)
  const { stderr } = await pixelrow(['train', 'a.csv', '--epochs', '1', '--threads', '1'], { cwd })
  expect(stderr).not.toMatch(/repeat/)
  const described = await pixelrow(['data', 'describe', 'a.csv', '--quiet'], { cwd })
  expect(described.stdout).not.toMatch(/repeated/)
})

test('where no picture can be held out, the flag that leaves validation away is said, and it works', async () => {
  const cwd = workFolder()
  const [header, first, second] = fakeTable({ rows: 2, classes: ['0', '1'], maxValue: 255 }).labelled.split('\n')
  writeFileSync(join(cwd, 'a.csv'), `${[header, ...Array(6).fill(first), ...Array(6).fill(second)].join('\n')}\n`)
  const refused = await pixelrow(['train', 'a.csv', '-o', 'out', '--json', '--quiet'], { cwd })
  expect([refused.code, refused.stderr]).toEqual([
    1,
    'Error: No row can be kept for validation: there are 12 rows of 2 pictures in 2 classes, and training keeps one of each\nFix: add --validation 0\n',
  ])
  expect(JSON.parse(refused.stdout).error).toMatchObject({
    code: 'CLI_VALIDATION_IMPOSSIBLE',
    params: { rows: 12, pictures: 2, classes: 2 },
  })
  const done = await pixelrow(
    ['train', 'a.csv', '-o', 'out', '--threads', '1', '--quiet', '--validation', '0', '--epochs', '1'],
    {
      cwd,
    },
  )
  expect(done.code, done.stderr).toBe(0)
})

test('an interval counts different pictures: a row that repeats one is no further evidence', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.csv'), noise({ pictures: 20, times: 12 }))
  const options = ['--validation', '0.5', '--threads', '1', '--epochs', '2']
  const trained = await pixelrow(['train', 'a.csv', '-o', 'out', ...options], { cwd })
  expect(trained.stdout).toMatch(
    / on 120 rows kept for validation, of 10 pictures: few pictures, so this says little\n/,
  )
  const { measuredOn } = JSON.parse(readFileSync(join(cwd, 'out', 'run.json'), 'utf8'))
  const { accuracy, interval, ...sample } = measuredOn.validation
  expect(sample).toMatchObject({ rows: 120, pictures: 10 })
  expect(interval).toEqual(wilsonInterval(10 * accuracy, 10))

  const measured = await pixelrow(['eval', 'out/model.onnx', 'a.csv', '--json', '--quiet'], { cwd })
  const { perClass, seen, ...all } = JSON.parse(measured.stdout)
  expect(all).toMatchObject({ rows: 240, pictures: 20, interval: wilsonInterval(20 * all.accuracy, 20) })
  expect(seen).toMatchObject({ trained: { rows: 120, pictures: 10 }, validated: { rows: 120, pictures: 10 } })
  for (const { rows, recall, recallInterval } of perClass) {
    expect(recallInterval).toEqual(wilsonInterval((rows / 12) * recall, rows / 12))
  }
})
