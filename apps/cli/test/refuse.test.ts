import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fakeTable, pixelrow, workFolder, writeData } from './helpers.ts'

const fake = { rows: 60, classes: ['a', 'b', 'c'] }

/** Changes one line of a CSV, counted as an editor counts. */
function change(text: string, line: number, how: (cells: string[]) => string[]): string {
  const lines = text.split('\n')
  lines[line - 1] = how(lines[line - 1]!.split(',')).join(',')
  return lines.join('\n')
}

test.each<[string, string, number, (cells: string[]) => string[], RegExp]>([
  ['a cell too few', 'train.csv', 7, (cells) => cells.slice(1), /data\/train\.csv row 7: .*65.*64/],
  ['a cell too many', 'test.csv', 9, (cells) => [...cells, '0'], /data\/test\.csv row 9: .*64.*65/],
  ['a fraction', 'train.csv', 3, (cells) => cells.with(5, '0.5'), /data\/train\.csv row 3, column pixel4: .*0\.5/],
  ['a negative value', 'train.csv', 4, (cells) => cells.with(1, '-1'), /data\/train\.csv row 4, column pixel0: .*-1/],
  [
    'a value above 255',
    'train.csv',
    5,
    (cells) => cells.with(64, '256'),
    /data\/train\.csv row 5, column pixel63: .*256/,
  ],
  [
    'a value above the training rows’',
    'test.csv',
    6,
    (cells) => cells.with(0, '17'),
    /data\/test\.csv row 6, column pixel0: .*17/,
  ],
  ['no label', 'train.csv', 8, (cells) => cells.with(0, ''), /data\/train\.csv row 8, column label: /],
  [
    'a word among the pixels',
    'test.csv',
    2,
    (cells) => cells.with(2, 'x'),
    /data\/test\.csv row 2, column pixel2: .*x/,
  ],
])('%s is refused with file, row and column, and nothing is left behind', async (_, name, line, how, message) => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  const path = join(cwd, 'data', name)
  writeFileSync(path, change(readFileSync(path, 'utf8'), line, how))
  const { code, stdout, stderr } = await pixelrow(['run', '--data', 'data', '--json', '--quiet'], { cwd })
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/\n\s+at /)
  const { error } = JSON.parse(stdout)
  expect(error.message).toMatch(message)
  expect(error).toMatchObject({ file: `data/${name}`, row: line })
  expect(readdirSync(cwd)).toEqual(['data'])
})

test.each<[string, string[], RegExp]>([
  [
    'a missing file',
    ['train', 'nowhere.csv'],
    /^Error: nowhere\.csv: no such file \(looked for \/.*\/nowhere\.csv\)\nFix: /,
  ],
  ['a folder for a file', ['train', 'data'], /^Error: data: .*(folder|pictures)/],
  [
    'a missing folder',
    ['run', '--data', 'nowhere'],
    /^Error: --data nowhere: no such folder or zip \(looked for \/.*nowhere\)\nFix: /,
  ],
  [
    'a file for a folder',
    ['run', '--data', 'data/train.csv'],
    /^Error: --data data\/train\.csv is a file, neither a folder, a zip nor an npz/,
  ],
  [
    'a folder without the files',
    ['run', '--data', 'empty'],
    /no such file \(looked in \/.*empty\)\nFix: .*it holds no CSV/,
  ],
  ['the test file to train on', ['train', 'data/test.csv'], /^Error: data\/test\.csv has no label column\nFix: /],
  [
    'a label column that is not there',
    ['train', 'data/train.csv', '--label', 'digit'],
    /'digit', found columns label, .*\nFix: Give one of these names, or a place: 0 first, -1 last\./,
  ],
  ['a label column of pixels', ['train', 'data/train.csv', '--label', 'pixel3'], /data\/train\.csv.*\nFix: /],
  [
    'more rows a batch than there are',
    ['train', 'data/train.csv', '--batch-size', '500'],
    /--batch-size 500 .*57 rows.*\nFix: /,
  ],
  [
    'a file in the place of the folder',
    ['train', 'data/train.csv', '--out', 'data/test.csv'],
    /^Error: --out data\/test\.csv is a file/,
  ],
  ['a model that is a table', ['eval', 'data/train.csv', 'data/train.csv'], /^Error: data\/train\.csv/],
  ['a model that is not there', ['predict', 'nowhere.onnx', 'data/test.csv', '-o', 'x.csv'], /^Error: nowhere\.onnx/],
])('%s is refused in a sentence, and nothing is left behind', async (_, args, message) => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  mkdirSync(join(cwd, 'empty'))
  const { code, stdout, stderr } = await pixelrow([...args, '--quiet'], { cwd })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/\n\s+at /)
  expect(readdirSync(cwd).sort()).toEqual(['data', 'empty'])
})

test('a model refuses tables that are not like its own', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  await pixelrow(['train', 'train.csv', '-o', 'out', '--epochs', '2', '--quiet'], { cwd })
  writeFileSync(join(cwd, 'larger.csv'), fakeTable({ ...fake, side: 9 }).unlabelled)
  writeFileSync(join(cwd, 'others.csv'), fakeTable({ ...fake, classes: ['a', 'z'] }).labelled)
  const larger = await pixelrow(['predict', 'out/model.onnx', 'larger.csv', '-o', 'x.csv'], { cwd })
  expect(larger).toMatchObject({ code: 1, stderr: expect.stringMatching(/larger\.csv.*8×8|larger\.csv.*64/s) })
  const others = await pixelrow(['eval', 'out/model.onnx', 'others.csv'], { cwd })
  expect(others).toMatchObject({ code: 1, stderr: expect.stringMatching(/others\.csv row 3, column label: .*z/) })
  expect(readdirSync(cwd)).not.toContain('x.csv')
})

test('a sample_submission.csv of other rows, other ids or another shape is refused before training', async () => {
  for (const [sample, message] of [
    [
      (ids: string[]) => `id,label\n${ids.slice(1).join(',a\n')},a\n`,
      /does not belong to data\/test\.csv: it has 19 rows, data\/test\.csv has 20/,
    ],
    [
      (ids: string[]) => `id,label\nnew,a\n${ids.slice(1).join(',a\n')},a\n`,
      /sample_submission\.csv row 2: id "new" is not in data\/test\.csv/,
    ],
    [
      (ids: string[]) => `id\n${ids.join('\n')}\n`,
      /sample_submission\.csv row 1: expected an id and a label, found 1 cell/,
    ],
  ] as const) {
    const cwd = workFolder()
    writeData(join(cwd, 'data'), { ...fake, ids: (row) => `r${row}` }, sample)
    const { code, stderr } = await pixelrow(['run', '--data', 'data', '--quiet'], { cwd })
    expect(code).toBe(1)
    expect(stderr).toMatch(message)
    expect(readdirSync(cwd)).toEqual(['data'])
  }
})

test.each(['predict', 'eval'])('%s tells swapped arguments, with the right command', async (name) => {
  const { code, stderr } = await pixelrow([name, 'test.csv', 'm/model.onnx', '--transpose', '-q'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/^Error: The arguments are swapped: first the model, then the CSV\nTry: node /)
  expect(stderr).toContain(` ${name} m/model.onnx test.csv --transpose\n`)
})

test('a table of one class is refused by its name, before anything is written', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), { ...fake, classes: ['a'] })
  for (const words of [
    ['run', '--data', 'data'],
    ['train', 'data/train.csv'],
  ]) {
    const { code, stderr } = await pixelrow([...words, '--quiet'], { cwd })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Error: data\/train\.csv has 1 class; a classifier needs at least 2\nFix: .*--label/)
  }
  expect(readdirSync(cwd)).toEqual(['data'])
})

test('PIXELROW_DEBUG shows the stack', async () => {
  const { stderr } = await pixelrow(['train', 'nowhere.csv'], { env: { PIXELROW_DEBUG: '1' } })
  expect(stderr).toMatch(/\n\s+at /)
})

test.each<[string, string[], object]>([
  [
    'a flag',
    ['train', 'x.csv', '--epochs', 'many'],
    { code: 'CLI_FLAG_INVALID', params: { flag: '--epochs', found: 'many' } },
  ],
  ['a call', ['train'], { code: 'CLI_USAGE', params: { complaint: 'commander.missingArgument' } }],
  ['a file', ['train', 'nowhere.csv'], { params: { file: 'nowhere.csv' } }],
  [
    'a table',
    ['train', 'wrong.csv'],
    { code: 'DATA_PIXEL_INVALID', params: { file: 'wrong.csv', row: 2, kind: 'other' } },
  ],
  ['a model', ['inspect', 'nowhere.onnx'], { params: { file: 'nowhere.onnx' } }],
  [
    'the place of a result',
    ['merge', 'a.onnx', 'b.onnx'],
    { code: 'CLI_OUTPUT_MISSING', params: { command: 'merge' } },
  ],
  [
    'a training to resume',
    ['resume', 'nowhere'],
    { code: 'CLI_TRAINING_MISSING', params: { path: 'nowhere', reason: 'absent' } },
  ],
])('--json says by code and params what is wrong with %s', async (_, args, expected) => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'wrong.csv'), 'label,pixel0,pixel1,pixel2,pixel3\n7,0,x,17,3\n')
  const { stdout } = await pixelrow([...args, '--json', '--quiet'], { cwd })
  const { error } = JSON.parse(stdout)
  expect(error).toMatchObject({ message: expect.any(String), code: expect.any(String), ...expected })
})
