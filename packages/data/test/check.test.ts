import {
  type AugmentOptions,
  augment,
  batches,
  checkTable,
  classCounts,
  csvText,
  DataError,
  describe as describeTable,
  duplicates,
  epochOrder,
  kFold,
  meanAndDeviation,
  oneHot,
  type PixelTable,
  random,
  readIdx,
  readRows,
  readSubmission,
  readTable,
  repeatCounts,
  rowHashes,
  selectRows,
  split,
  wilsonInterval,
  writeCsv,
  writeIdx,
  writeIdxFiles,
} from '@pixelrow/data'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytes } from './helpers.ts'

const table: PixelTable = {
  pixels: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
  rows: 3,
  shape: { height: 2, width: 2, channels: 1, channelOrder: 'interleaved' },
  maxValue: 16,
  labels: Uint16Array.of(0, 1, 1),
  classes: ['a', 'b'],
  ids: ['x', 'y', 'z'],
}

/** The error that some work ends in, at once or later. */
async function refusal(work: () => unknown): Promise<DataError> {
  try {
    await work()
  } catch (error) {
    expect(error).toBeInstanceOf(DataError)
    return error as DataError
  }
  throw new Error('nothing was refused')
}

const wrong: [field: string, changes: object, message: string][] = [
  ['pixels', { pixels: [1, 2] }, 'pixels: expected a Uint8Array or a Float32Array, found [1,2]'],
  ['pixels', { pixels: table.pixels.subarray(1) }, 'pixels: expected 12 bytes for 3 rows of 2×2×1, found 11'],
  ['rows', { rows: 4 }, 'pixels: expected 16 bytes for 4 rows of 2×2×1, found 12'],
  ['rows', { rows: 2.5 }, 'rows: expected a whole number of at least 0, found 2.5'],
  ['rows', { rows: undefined }, 'rows: expected a whole number of at least 0, found undefined'],
  ['shape', { shape: undefined }, 'shape: expected height, width, channels and channelOrder, found undefined'],
  [
    'shape.height',
    { shape: { ...table.shape, height: 0 } },
    'shape.height: expected a whole number of at least 1, found 0',
  ],
  [
    'shape.channelOrder',
    { shape: { ...table.shape, channelOrder: 'rgb' } },
    "shape.channelOrder: expected 'interleaved' or 'planar', found 'rgb'",
  ],
  ['maxValue', { maxValue: 256 }, 'maxValue: expected a whole number of at least 1 and at most 255, found 256'],
  ['pixels', { maxValue: 10 }, 'pixels of row 2 (from 0): expected at most 10, found 11'],
  ['labels', { labels: [0, -1, 1] }, 'labels: expected a Uint16Array, found [0,-1,1]'],
  ['labels', { labels: Uint16Array.of(0, -1, 1) }, 'labels of row 1 (from 0): expected a label 0..1, found 65535'],
  ['labels', { labels: Uint16Array.of(0, 1) }, 'labels: expected one for each of 3 rows, found 2'],
  ['labels', { classes: [] }, 'labels of row 0 (from 0): expected none, as there are no classes, found 0'],
  ['classes', { classes: ['a', 'a'] }, "classes: expected texts that differ, found 'a' twice"],
  ['classes', { classes: [0, 1] }, 'classes: expected a list of texts, found 0'],
  ['classes', { classes: 'ab' }, "classes: expected a list of texts, found 'ab'"],
  ['ids', { ids: ['x'] }, 'ids: expected one for each of 3 rows, found 1'],
  ['ids', { ids: ['x', 'y', 3] }, 'ids: expected a list of texts, found 3'],
]

test('a table is one, with or without what it may lack', () => {
  const { labels: _, classes: __, ids: ___, ...bare } = table
  for (const each of [table, bare, { ...bare, labels: table.labels }, selectRows(table, [])]) {
    expect(() => checkTable(each as PixelTable)).not.toThrow()
  }
})

test.each(wrong)('%s %j', async (_, changes, message) => {
  const error = await refusal(() => checkTable({ ...table, ...changes } as PixelTable, 'fit: the table'))
  expect(error.message).toBe(`fit: the table: ${message}.`)
  expect(error.code).toBe('DATA_TABLE_INVALID')
  const [, field, row] = /^([\w.]+)(?: of row (\d+))?/.exec(message)!
  const [, expected, found] = /expected (.*), found (.*)$/.exec(message)!
  expect(error.params).toEqual({
    subject: 'fit: the table',
    field,
    ...(row !== undefined && { row: Number(row) }),
    expected,
    found,
  })
})

test.each([undefined, null, 5, 'train.csv', [table], table.pixels, Promise.resolve(table)])(
  '%s is no table',
  async (none: unknown) => {
    const error = await refusal(() => checkTable(none as PixelTable))
    expect(error.message).toMatch(/^the table: all of it: expected a table such as readTable gives, found /)
  },
)

test('the first pixel above the white is found, wherever it is', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 255 }),
      (pixels, maxValue) => {
        const shape = { height: 1, width: 1, channels: 1, channelOrder: 'interleaved' as const }
        const row = pixels.findIndex((pixel) => pixel > maxValue)
        try {
          checkTable({ pixels, rows: pixels.length, shape, maxValue })
          expect(row).toBe(-1)
        } catch (error) {
          expect((error as DataError).params?.row).toBe(row)
        }
      },
    ),
    { seed: 6, numRuns: 2000 },
  )
})

describe('every function that takes a table looks at it first', () => {
  const path = 'never-written'
  const works: Record<string, (wrongTable: PixelTable) => unknown> = {
    split: (one) => split(one),
    kFold: (one) => kFold(one, { folds: 2 }),
    batches: (one) => batches(one, { size: 1 }),
    selectRows: (one) => selectRows(one, [0]),
    duplicates: (one) => duplicates(one),
    'duplicates of another': (one) => duplicates(table, one),
    repeatCounts: (one) => repeatCounts(one),
    describe: (one) => describeTable(one),
    meanAndDeviation: (one) => meanAndDeviation(one),
    csvText: (one) => csvText(one),
    writeCsv: (one) => writeCsv(path, one),
    writeIdxFiles: (one) => writeIdxFiles(path, one),
    classCounts: (one) => classCounts(one),
  }
  test.each(Object.keys(works))('%s', async (name) => {
    const labels = Uint16Array.of(0, 1, 2)
    const error = await refusal(() => works[name]!({ ...table, labels }))
    expect([error.code, error.params?.field, error.params?.row]).toEqual(['DATA_TABLE_INVALID', 'labels', 2])
  })
  test('rowHashes', async () => {
    expect((await refusal(() => rowHashes({ ...table, rows: 7 }))).code).toBe('DATA_TABLE_INVALID')
  })
})

describe('options are checked by name, kind and range', () => {
  /** What nobody who reads the types would pass. */
  const options = <Options>(value: unknown) => value as Options
  const csv = bytes('label,pixel0\n1,0\n0,1\n')
  const cases: [string, () => unknown, string][] = [
    [
      'readTable',
      () => readTable(csv, options({ lable: 'x' })),
      'readTable: there is no option lable. Did you mean label?',
    ],
    [
      'readTable',
      () => readTable(csv, options({ label: true })),
      'readTable: label must be a text, or a whole number, or false; found true.',
    ],
    [
      'readTable',
      () => readTable(csv, options({ shape: { height: 2 } })),
      'readTable: shape must be height and width, and channels where there are several; found {"height":2}.',
    ],
    [
      'readTable',
      () => readTable(csv, options({ shape: { height: 2, widht: 2 } })),
      'readTable: there is no option shape.widht. Did you mean width?',
    ],
    [
      'readTable',
      () => readTable(csv, options({ maxValue: 0 })),
      'readTable: maxValue must be a whole number of at least 1 and at most 255; found 0.',
    ],
    [
      'readTable',
      () => readTable(csv, options({ classes: ['a', 'a'] })),
      'readTable: classes must be a list of texts that differ; found ["a","a"].',
    ],
    [
      'readTable',
      () => readTable(csv, options({ parser: 'wasm' })),
      "readTable: parser must be 'simd', 'plain' or 'strict'; found 'wasm'.",
    ],
    ['readTable', () => readTable(csv, options([])), 'readTable: the options must be an object; found [].'],
    ['readTable', () => readTable(csv, options(null)), 'readTable: the options must be an object; found null.'],
    [
      'readRows',
      () => readRows(csv, options({ batch: 0 })).next(),
      'readRows: batch must be a whole number of at least 1; found 0.',
    ],
    [
      'readRows',
      () => readRows(csv, options({ bacth: 8 })).next(),
      'readRows: there is no option bacth. Did you mean batch?',
    ],
    [
      'readSubmission',
      () => readSubmission(csv, options({ header: true })),
      'readSubmission: there is no option header. There are: name, signal.',
    ],
    [
      'readIdx',
      () => readIdx(new Uint8Array(1), options({ file: 'a' })),
      'readIdx: there is no option file. There are: name.',
    ],
    [
      'split',
      () => split(table, options({ validation: 1.5 })),
      'split: validation must be a share above 0 and below 1, or a whole number of rows; found 1.5.',
    ],
    [
      'split',
      () => split(table, options({ stratify: false })),
      'split: there is no option stratify. Did you mean stratified?',
    ],
    ['kFold', () => kFold(table, options({ folds: 1 })), 'kFold: folds must be a whole number of at least 2; found 1.'],
    [
      'batches',
      () => batches(table, options({})),
      'batches: size must be a whole number of at least 1; found undefined.',
    ],
    [
      'batches',
      () => batches(table, options({ batchSize: 2 })),
      'batches: there is no option batchSize. There are: size, seed, epoch, last.',
    ],
    [
      'augment',
      () => augment(table.pixels, table.shape, options({ rotate: 9 } satisfies Record<string, number>)),
      'augment: there is no option rotate. Did you mean rotation?',
    ],
    [
      'augment',
      () => augment(table.pixels, table.shape, { shift: -1 } satisfies AugmentOptions),
      'augment: shift must be a number of at least 0; found -1.',
    ],
    [
      'augment',
      () => augment(table.pixels, { ...table.shape, width: 5 }),
      'augment: pixels: expected whole pictures of 10 bytes, found 12 bytes.',
    ],
    ['csvText', () => csvText(table, options({ label: true })), 'csvText: label must be a text, or false; found true.'],
    [
      'writeIdxFiles',
      () => writeIdxFiles('never', table, options({ label: 'x' })),
      'writeIdxFiles: there is no option label. Did you mean labels?',
    ],
    [
      'writeIdx',
      () => writeIdx([2, -1], new Uint8Array(0)),
      'writeIdx: dims must be a list of whole numbers 0..4294967295; found [2,-1].',
    ],
    [
      'epochOrder',
      () => epochOrder(-1, 0, 0),
      'epochOrder: rows must be a whole number of at least 0 and at most 4294967295; found -1.',
    ],
    [
      'random',
      () => random(0.5, 0),
      'random: seed must be a whole number of at least 0 and at most 4294967295; found 0.5.',
    ],
    [
      'selectRows',
      () => selectRows(table, [0.5]),
      'selectRows: a row must be a whole number of at least 0 and at most 2; found 0.5.',
    ],
    ['oneHot', () => oneHot([0.5], 2), 'oneHot: labels of row 0 (from 0): expected a label 0..1, found 0.5.'],
    [
      'wilsonInterval',
      () => wilsonInterval(3, 2),
      'wilsonInterval: right must be a number of at least 0 and at most 2; found 3.',
    ],
  ]
  test.each(cases)('%s: %#', async (_, work, message) => {
    const error = await refusal(work)
    expect(error.message).toBe(message)
    expect(error.code).toMatch(/^DATA_(OPTION_(UNKNOWN|INVALID)|TABLE_INVALID)$/)
  })

  test('the parameters of an error are data', async () => {
    const error = await refusal(() => split(table, options({ stratify: false })))
    expect([error.code, error.params]).toEqual([
      'DATA_OPTION_UNKNOWN',
      {
        where: 'split',
        option: 'stratify',
        suggestion: 'stratified',
        known: ['validation', 'seed', 'stratified', 'group'],
      },
    ])
    const range = await refusal(() => kFold(table, { folds: 1 }))
    const params = { where: 'kFold', option: 'folds', expected: 'a whole number of at least 2', found: '1' }
    expect([range.code, range.params, range.expected, range.found]).toEqual([
      'DATA_OPTION_INVALID',
      params,
      params.expected,
      '1',
    ])
  })
})
