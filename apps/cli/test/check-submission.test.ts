import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { zipOf } from '../../../packages/files/test/writer.ts'
import { fakeTable, pixelrow, workFolder, writeData, zipped } from './helpers.ts'

const fake = { rows: 90, classes: ['cat', 'dog'] }
const sample = (ids: string[]) => `the id,answer\n${ids.map((id) => `${id},cat\n`).join('')}`

/** A folder with Kaggle's files in `data` and a right submission in `right.csv`. */
function setUp({ withSample = true } = {}) {
  const cwd = workFolder()
  const { truth } = writeData(join(cwd, 'data'), fake, withSample ? sample : undefined)
  const lines = [withSample ? 'the id,answer' : 'ImageId,Label', ...truth.map((label, row) => `${row + 1},${label}`)]
  const write = (name: string, some: readonly string[]) => writeFileSync(join(cwd, name), `${some.join('\n')}\n`)
  write('right.csv', lines)
  return { cwd, lines, write, check: (...args: string[]) => pixelrow(['check-submission', ...args], { cwd }) }
}

const atTest = ['--test', 'data/test.csv']

test('a right submission is told so, with what it was compared with', async () => {
  const { check } = setUp()
  expect(await check('right.csv', ...atTest)).toEqual({
    code: 0,
    signal: null,
    stdout: 'right.csv: 30 rows, checked against data/test.csv\n',
    stderr:
      'Reading data/test.csv\nHeader and 30 ids are those of data/sample_submission.csv, in its order\n' +
      'data/test.csv has no ids: its rows are counted from 1, as the ids of data/sample_submission.csv are\n' +
      'Every label is one of the 2 classes in data/train.csv\n',
  })
  const { stdout } = await check('right.csv', ...atTest, '--json', '-q')
  expect(JSON.parse(stdout)).toEqual({
    file: 'right.csv',
    rows: 30,
    header: ['the id', 'answer'],
    test: 'data/test.csv',
    sample: 'data/sample_submission.csv',
    classes: ['cat', 'dog'],
    labelsCompared: true,
    perLabel: { cat: 15, dog: 15 },
  })
})

test('without a sample, header and ids are those of Digit Recognizer; --test takes a folder and a zip too', async () => {
  const { cwd, check } = setUp({ withSample: false })
  writeFileSync(join(cwd, 'data.zip'), zipped(join(cwd, 'data')))
  for (const place of ['data/test.csv', 'data', 'data.zip']) {
    const { code, stdout, stderr } = await check('right.csv', '--test', place)
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('No sample found: header ImageId,Label assumed; ids from 1 to 30\n'),
    })
    expect(stdout).toMatch(/^right\.csv: 30 rows, checked against data(\/test\.csv|\.zip, test\.csv)\n$/)
  }
})

test('what run has written needs no --test: run.json says what it was made for', async () => {
  const { cwd, check } = setUp()
  const done = await pixelrow(['run', '--data', 'data', '--recipe', 'linear', '--epochs', '1', '-o', 'out', '-q'], {
    cwd,
  })
  expect(done.code).toBe(0)
  const { code, stdout, stderr } = await check('out/submission.csv')
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'out/submission.csv: 30 rows, checked against data/test.csv\n' })
  expect(stderr).toContain('one of the 2 classes in out/run.json\n')
  const text = readFileSync(join(cwd, 'out/submission.csv'), 'utf8')
    .replace('\n9,cat', '\n9,cow')
    .replace('\n9,dog', '\n9,cow')
  writeFileSync(join(cwd, 'out/submission.csv'), text)
  expect((await check('out/submission.csv', '-q')).stderr).toMatch(
    /row 10: expected one of the classes cat, dog, found cow\n$/,
  )
})

test('a submission of nothing but one label is called odd', async () => {
  const { check } = setUp()
  const { code, stderr } = await check('data/sample_submission.csv', ...atTest)
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/\nEvery label is cat: is this the sample\?\n$/),
  })
})

type Change = (lines: string[]) => string[]

test.each<[string, Change, string]>([
  [
    'header and a label',
    (lines) => ['ImageId,Label', ...lines.slice(1, -1), '30,cow'],
    'row 1: expected the header the id,answer, found ImageId,Label',
  ],
  ['id', (lines) => lines.toSpliced(4, 1, '44,dog'), 'row 5: expected id 4, found 44'],
  [
    'label in another order',
    (lines) => [lines[0]!, lines[2]!, lines[1]!, ...lines.slice(3, -1), '30,cow'],
    'row 31: expected one of the classes cat, dog, found cow',
  ],
  ['row left out', (lines) => lines.toSpliced(7, 1), 'row 8: expected id 7, found 8; it has 29 rows, data/test.csv 30'],
  [
    'row twice',
    (lines) => lines.toSpliced(7, 0, lines[7]!),
    'row 9: expected id 8, found 7; it has 31 rows, data/test.csv 30',
  ],
  [
    'end missing',
    (lines) => lines.slice(0, -1),
    'row 31: expected id 30, found the end of the file; it has 29 rows, data/test.csv 30',
  ],
  [
    'row too many',
    (lines) => [...lines, '31,cat'],
    'row 32: expected the end of the file, found id 31; it has 31 rows, data/test.csv 30',
  ],
  [
    'label unknown',
    (lines) => lines.toSpliced(9, 1, '9,cow'),
    'row 10: expected one of the classes cat, dog, found cow',
  ],
  [
    'label missing',
    (lines) => lines.toSpliced(9, 1, '9,'),
    'row 10: expected one of the classes cat, dog, found no label',
  ],
  [
    'after blank lines',
    (lines) => ['', ...lines.slice(0, 4), '', '', '5,cat'],
    'row 8: expected id 4, found 5; it has 4 rows, data/test.csv 30',
  ],
  ['three cells', (lines) => lines.toSpliced(3, 1, '3,cat,1'), 'row 4: expected an id and a label, found 3 cells.'],
  ['an id missing', (lines) => lines.toSpliced(3, 1, ',cat'), 'row 4: expected an id and a label, found an empty id.'],
  ['no rows', (lines) => lines.slice(0, 1), 'wrong.csv: has no rows of id and label.'],
])('the first wrong line is named: %s', async (_, change, message) => {
  const { write, lines, check } = setUp()
  write('wrong.csv', change(lines))
  const { code, stdout, stderr } = await check('wrong.csv', ...atTest, '-q')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toBe(`Error: ${message.startsWith('wrong') ? '' : 'wrong.csv '}${message}\n`)
})

test('without anything to compare with it asks for --test', async () => {
  const { check } = setUp()
  expect(await check('right.csv')).toMatchObject({
    code: 2,
    stderr: 'Error: What shall right.csv be checked against?\nTry: add --test test.csv\n',
  })
  expect((await check('nowhere.csv', ...atTest)).stderr).toMatch(/^Error: nowhere\.csv: no such file/)
  expect((await check('right.csv', '--test', 'nowhere.csv', '-q')).stderr).toMatch(/^Error: nowhere\.csv: no such file/)
})

/** A submission of digits, and nothing near it that tells which labels there are. */
function digitsAlone(labels: readonly string[], sample?: string) {
  const cwd = workFolder()
  mkdirSync(join(cwd, 'data'))
  writeFileSync(join(cwd, 'data/test.csv'), fakeTable({ rows: labels.length, classes: ['a', 'b'] }).unlabelled)
  if (sample) writeFileSync(join(cwd, 'data/sampleSubmission.csv'), sample)
  const header = sample?.split('\n')[0] ?? 'ImageId,Label'
  const text = `${header}\n${labels.map((label, row) => `${row + 1},${label}\n`).join('')}`
  writeFileSync(join(cwd, 's.csv'), text)
  return {
    cwd,
    text,
    check: (...args: string[]) => pixelrow(['check-submission', 's.csv', ...atTest, ...args], { cwd }),
  }
}

test.each(['12', '-1', 'two', '1e0', '١'])(
  'for digits, label %s is refused where nothing else tells the classes',
  async (label) => {
    const { check } = digitsAlone(['3', label, '7'])
    const { code, stdout, stderr } = await check('--json')
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /\nFix: those are the classes of digit-recognizer; for another competition add --competition NAME\n$/,
    )
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'CLI_SUBMISSION_WRONG',
      params: { file: 's.csv', row: 3, expected: 'one of the classes 0, 1, 2, 3, 4, 5, 6, 7, 8, 9', found: label },
    })
    // The way on: of another competition nothing is known, and that is said.
    const other = await check('--competition', 'words')
    expect(other).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('\nWhich labels there are is not known: they were not compared\n'),
    })
  },
)

test('for digits, what it was compared with is said', async () => {
  const { check } = digitsAlone(['3', '0', '7'])
  expect(await check()).toMatchObject({
    code: 0,
    stderr:
      'Reading data/test.csv\nNo sample found: header ImageId,Label assumed; ids from 1 to 3\n' +
      'data/test.csv has no ids: its rows are counted from 1\nEvery label is one of the 10 classes of digit-recognizer\n',
  })
  const plain = JSON.parse((await check('--json')).stdout)
  expect(plain).toMatchObject({ classes: [...'0123456789'], labelsCompared: true })
  expect(JSON.parse((await check('--json', '--competition', 'x')).stdout)).toMatchObject({ labelsCompared: false })
})

test("a sample's labels tell at least their form", async () => {
  const sample = 'id,kind\n1,0\n2,0\n3,0\n'
  const { check } = digitsAlone(['3', 'x', '7'], sample)
  expect((await check('-q')).stderr).toBe(
    'Error: s.csv row 3: expected a whole number, as the labels of data/sampleSubmission.csv are, found x\n',
  )
  expect((await digitsAlone(['3', '12', '7'], sample).check()).stderr).toContain(
    '\nEvery label is a whole number, as in data/sampleSubmission.csv; which of them there are is not known\n',
  )
  const words = digitsAlone(['3', 'cat', '7'], 'id,kind\n1,dog\n2,dog\n3,dog\n')
  expect((await words.check()).stderr).toContain('\nWhich labels there are is not known: they were not compared\n')
})

test('a submission in a zip or in gzip is read too, with the lines of what is in it', async () => {
  const { cwd, text } = digitsAlone(['3', '0', '12'])
  writeFileSync(join(cwd, 's.csv.gz'), gzipSync(text))
  writeFileSync(join(cwd, 's.zip'), zipOf([{ name: 'out/submission.csv', data: Buffer.from(text) }]))
  for (const file of ['s.csv.gz', 's.zip']) {
    const { code, stderr } = await pixelrow(['check-submission', file, ...atTest, '-q'], { cwd })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining(
        `Error: ${file} row 4: expected one of the classes 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, found 12\n`,
      ),
    })
  }
})

/** How people save a submission, what is said of it, and the faults as data. */
const forms: [string, (lines: string[]) => string, RegExp, string[]][] = [
  [
    'an index in front',
    (lines) => lines.map((line, row) => `${row ? row - 1 : ''},${line}`).join('\n'),
    /a column more, such as the index/,
    ['index'],
  ],
  [
    'semicolons',
    (lines) => lines.join('\r\n').replaceAll(',', ';'),
    /semicolons stand between the cells/,
    ['separator'],
  ],
  ['tabs', (lines) => lines.join('\n').replaceAll(',', '\t'), /tabs stand between the cells/, ['separator']],
  [
    'another header',
    (lines) => ['id,prediction', ...lines.slice(1)].join('\n'),
    /the header is id,prediction and must be the id,answer/,
    ['header'],
  ],
  ['no header', (lines) => lines.slice(1).join('\n'), /the header the id,answer is missing/, ['header']],
  ['a byte order mark', (lines) => `\ufeff${lines.join('\n')}`, /a byte order mark is in front/, ['mark']],
  [
    'columns in another order',
    (lines) => lines.map((line) => line.split(',').reverse().join()).join('\n'),
    /the label stands before the id/,
    ['columns'],
  ],
  [
    'labels in brackets',
    (lines) => lines.map((line, row) => (row ? line.replace(/,(.*)/, ",['$1']") : line)).join('\n'),
    /labels are written as \['\w+'\], not \w+/,
    ['labels'],
  ],
  [
    'all of it',
    (lines) =>
      `\ufeff${['i;ID;Answer', ...lines.slice(1).map((line, row) => `${row};${line.replace(',', ';')}`)]
        .reverse()
        .sort((a, b) => Number(b.startsWith('i')) - Number(a.startsWith('i')))
        .join('\r\n')}`,
    /byte order mark.*semicolons.*header.*a column more/,
    ['mark', 'separator', 'header', 'index'],
  ],
]

test.each(forms)(
  '%s: the form is named, and the printed command writes the right file',
  async (_, save, says, faults) => {
    const { cwd, lines, check } = setUp()
    writeFileSync(join(cwd, 'mine.csv'), save(lines))
    const refused = await check('mine.csv', ...atTest, '-q', '--json')
    expect(refused.code).toBe(1)
    const { code, message, params, fix } = JSON.parse(refused.stdout).error
    expect(message).toMatch(says)
    expect({ code, params }).toEqual({ code: 'CLI_SUBMISSION_FORM', params: { file: 'mine.csv', faults } })
    const done = spawnSync('sh', ['-c', fix], { cwd, encoding: 'utf8' })
    expect(done.stdout).toBe('mine-right.csv: 30 rows, checked against data/test.csv\n')
    expect(readFileSync(join(cwd, 'mine-right.csv'), 'utf8')).toBe(`${lines.join('\n')}\n`)
    expect((await check('mine-right.csv', ...atTest, '-q')).code).toBe(0)
  },
)

test('rows in another order are right, as Kaggle goes by the ids, and that is said', async () => {
  const { write, lines, check } = setUp()
  write('mine.csv', [lines[0]!, ...lines.slice(1).reverse()])
  const { code, stderr } = await check('mine.csv', ...atTest)
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringContaining('in another order: Kaggle goes by the ids\n'),
  })
  expect(JSON.parse((await check('mine.csv', ...atTest, '--json')).stdout)).toMatchObject({
    otherOrder: true,
    rows: 30,
  })
})

test('--fix writes over nothing that it reads, and over nothing of others', async () => {
  const { cwd, lines, check } = setUp()
  writeFileSync(join(cwd, 'mine.csv'), lines.join('\n').replaceAll(',', ';'))
  expect((await check('mine.csv', ...atTest, '--fix', 'mine.csv', '-q')).stderr).toContain(
    'would be written over\nFix: choose another file with --fix\n',
  )
  writeFileSync(join(cwd, 'theirs.csv'), 'kept')
  expect((await check('mine.csv', ...atTest, '--fix', 'theirs.csv', '-q')).stderr).toContain(
    'was not written by pixelrow',
  )
  expect(readFileSync(join(cwd, 'theirs.csv'), 'utf8')).toBe('kept')
})
