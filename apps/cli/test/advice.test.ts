import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { zipOf } from '../../../packages/files/test/writer.ts'
import { fakeTable, pixelrow, png, workFolder, writeData } from './helpers.ts'

const fake = { rows: 60, classes: ['cat', 'dog'] }
const { labelled, unlabelled } = fakeTable(fake)

/** The advice of a refused call: what follows `Fix:` or `Try:`. */
async function adviceOf(args: readonly string[], cwd: string): Promise<string> {
  const { code, stderr } = await pixelrow([...args, '-q'], { cwd })
  expect(code, stderr).toBeGreaterThan(0)
  return /^(?:Fix|Try): (.*)$/m.exec(stderr)?.[1] ?? stderr
}

/** Carries a command out as a shell does. */
function shell(command: string, cwd: string): void {
  const { status, stderr } = spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8' })
  expect(status, `${command}\n${stderr}`).toBe(0)
}

test.each([
  ['semicolons', labelled.replaceAll(',', ';')],
  ['tabs', labelled.replaceAll(',', '\t')],
  ['spaces', labelled.replaceAll(',', ' ')],
  ['a line sep=,', `sep=,\n${labelled}`],
])('%s need no advice: they are read', async (_, text) => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'my.csv'), text)
  const { code, stdout } = await pixelrow(['data', 'describe', 'my.csv', '--json'], { cwd })
  expect({ code, rows: JSON.parse(stdout).rows }).toEqual({ code: 0, rows: 60 })
})

test('columns without names, as spreadsheets leave them, are dropped by their places', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'my.csv'), labelled.replaceAll(/(?<=.)\n/g, ',,\n'))
  const advice = await adviceOf(['data', 'describe', 'my.csv'], cwd)
  expect(advice).toMatch(/--drop 65 --drop 66 to leave them out$/)
  expect((await pixelrow(['data', 'describe', 'my.csv', '--drop', '65', '--drop', '66'], { cwd })).code).toBe(0)
})

test('a zip of classes without parts: run says how to train on all of it', async () => {
  const cwd = workFolder()
  const picture = (value: number) => png(4, 4, new Uint8Array(16).fill(value))
  const entries = ['cat', 'dog'].flatMap((name, at) =>
    Array.from({ length: 6 }, (_, row) => ({ name: `${name}/${row}.png`, data: picture(200 * at + 5 * row) })),
  )
  writeFileSync(join(cwd, 'all.zip'), zipOf(entries))
  const advice = await adviceOf(['run', '--data', 'all.zip', '--recipe', 'linear'], cwd)
  const [, command] = /^Train on all of it: (.* train all\.zip)$/.exec(advice)!
  shell(`${command} --recipe linear --epochs 1 -o out -q || [ $? = 4 ]`, cwd)
})

test('CSVs that were zipped one by one are read where they lie', async () => {
  const cwd = workFolder()
  mkdirSync(join(cwd, 'data'))
  for (const [name, text] of [
    ['train', labelled],
    ['test', unlabelled],
  ] as const)
    writeFileSync(join(cwd, 'data', `${name}.csv.zip`), zipOf([{ name: `${name}.csv`, data: text }]))
  const { code, stderr } = await pixelrow(['run', '--data', 'data', '--recipe', 'linear', '-o', 'out', '-q'], { cwd })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

test('a sample with a column for each class: the printed commands write that form', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake, (ids) => `id,cat,dog\n${ids.map((id) => `${id},0.5,0.5\n`).join('')}`)
  const advice = await adviceOf(['run', '--data', 'data', '--recipe', 'linear'], cwd)
  shell(advice, cwd)
  const { code, stdout } = await pixelrow(['data', 'describe', 'submission.csv', '-q'], { cwd })
  expect({ code, stdout }).not.toEqual({ code: 0, stdout: '' })
})

test('a header of other names is not said to be rows, and a word that is far from all is not said to be one', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'my.csv'), 'a,b,c,d,e\n1,2,3,4,5\n')
  expect(await adviceOf(['data', 'describe', 'my.csv'], cwd)).toMatch(
    /^Call the columns pixel0, pixel1, … in the first line/,
  )
  const { stderr } = await pixelrow(['run', '--recipe', 'resnet'], { cwd })
  expect(stderr).not.toContain('did you mean')
})
