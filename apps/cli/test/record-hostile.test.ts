import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRecord } from '../src/files/record.ts'
import { JobError } from '../src/line/errors.ts'
import { done } from './forms.ts'
import { pixelrow, workFolder, writeData } from './helpers.ts'

const brief = ['--recipe', 'linear', '--epochs', '20', '-q']
const fake = { rows: 60, classes: ['cat', 'dog'] }

const strange: Record<string, [string, string]> = {
  nothing: ['', 'no JSON'],
  null: ['null', 'null'],
  'a list': ['[]', 'a list'],
  'a number': ['7', 'a number'],
  'an empty object': ['{}', 'no command'],
  'nesting without end': [`${'['.repeat(1e6)}${']'.repeat(1e6)}`, 'a list'],
  'another program’s': ['{"command": "start"}', 'command that is not run or train'],
  'a later format': ['{"command": "run", "format": 3}', 'format that is not 1 or 2, which this version reads'],
  'a prototype': ['{"__proto__": {"command": "run"}}', 'no command'],
  'a flag of another kind': [
    '{"command": "run", "reading": {"label": {}}}',
    'reading.label that is not what its option takes',
  ],
  'a flag out of its range': [
    '{"command": "run", "reading": {"maxValue": 1e9}}',
    'reading.maxValue that is not what its option takes',
  ],
  'classes that are none': ['{"command": "run", "data": {"classes": [1]}}', 'data.classes[0] that is not a text'],
  'a shape that is none': [
    '{"command": "run", "data": {"shape": [1, 2]}}',
    'data.shape that is not height, width and channels',
  ],
  'an input of another kind': [
    '{"command": "run", "inputs": {"train": {"path": "x", "kind": "xls"}}}',
    'inputs.train.kind that is not one of csv, idx, npy, npz, parquet, pictures, zip',
  ],
}

test.each(Object.entries(strange))('a run.json of %s is refused in a sentence', async (_, [text, found]) => {
  const folder = workFolder()
  writeFileSync(join(folder, 'run.json'), text)
  const error = await readRecord(folder).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(JobError)
  expect(error).toMatchObject({ code: 'CLI_RECORD_INVALID', params: { found }, fix: expect.any(String) })
})

test('whatever JSON is found, it is a record or refused', async () => {
  const folder = workFolder()
  const some = fc.record(
    {
      command: fc.constantFrom('run', 'train', 1),
      format: fc.jsonValue(),
      reading: fc.jsonValue(),
      data: fc.jsonValue(),
      inputs: fc.jsonValue(),
      exported: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), some), async (value) => {
      writeFileSync(join(folder, 'run.json'), JSON.stringify(value))
      const found = await readRecord(folder).catch((reason: unknown) => reason)
      if (!(found instanceof JobError))
        expect(found).toMatchObject({ record: { command: expect.stringMatching(/^(run|train)$/) } })
    }),
    { numRuns: 300 },
  )
})

test('a folder with a foreign run.json is refused, and a model in it taken as any other; terminal escapes in a record are shown', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  await done(['train', 'train.csv', '-o', 'run', ...brief], cwd)
  writeFileSync(join(cwd, 'run/run.json'), '{"name": "something else"}')
  const refused = await pixelrow(['eval', 'run', 'train.csv'], { cwd })
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toBe(
    'Error: run/run.json: expected the record of a run, found no command\n' +
      'Fix: name a file in the folder instead of the folder: nothing is then taken from run.json\n',
  )
  const taken = await done(['eval', 'run/model.onnx', 'train.csv'], cwd)
  expect(taken.stderr).toContain('Nothing is taken from run/run.json: it is not the record of a run\n')
  writeFileSync(
    join(cwd, 'run/run.json'),
    JSON.stringify({ command: 'train', reading: { label: '\u001b[31m\u202elabel' } }),
  )
  const shown = await done(['eval', 'run', 'train.csv'], cwd)
  for (const sign of ['\u001b', '\u202e']) expect(shown.stderr).not.toContain(sign)
  expect(shown.stderr).toContain('\\033[31m')
}, 30_000)
