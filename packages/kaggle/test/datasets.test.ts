import { createCipheriv } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KaggleError, UnknownDatasetError, UnknownFileError } from '@pixelrow/kaggle'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { failure, kaggleOf, listing, newFolder } from './support.ts'

/** Bytes that do not pack, so that the zip has a size to cut. */
const noise = (length: number) =>
  createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(length))
const name = 'zalando-research/fashionmnist'
const files = { 'fashion-mnist_train.csv': noise(200_000), 'extra/fashion-mnist_test.csv': noise(50_000) }
const datasets = [{ owner: 'zalando-research', name: 'fashionmnist', files }]

test('a data set is listed and downloaded whole, unpacked, and one file of it', async () => {
  const { kaggle } = await kaggleOf({ datasets })
  const found = await kaggle.datasetFiles(name)
  expect(found).toMatchObject([
    { name: 'fashion-mnist_train.csv', bytes: 200_000, created: expect.any(Date) },
    { name: 'extra/fashion-mnist_test.csv', bytes: 50_000 },
  ])
  const folder = newFolder()
  const { files: paths } = await kaggle.downloadDataset(name, { folder })
  expect(paths).toEqual(Object.keys(files).map((each) => join(folder, each)))
  for (const [each, bytes] of Object.entries(files)) expect(readFileSync(join(folder, each))).toEqual(bytes)
  const one = newFolder()
  await kaggle.downloadDataset(name, { folder: one, file: 'extra/fashion-mnist_test.csv' })
  expect(listing(one)).toEqual(['extra', 'extra/fashion-mnist_test.csv'])
})

test('one that is cut goes on behind the last byte, and leaves no part', async () => {
  const { kaggle, started } = await kaggleOf({ datasets })
  const folder = newFolder()
  started.faults.add('storage.get', { cutAfter: 100_000 })
  await kaggle.downloadDataset(name, { folder })
  const ranges = started.requests.filter(({ point }) => point === 'storage.get').map(({ headers }) => headers.range)
  expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d+-$/)])
  expect(listing(folder)).toEqual(['extra', 'extra/fashion-mnist_test.csv', 'fashion-mnist_train.csv'])
})

test.for([
  ['its name', name, undefined],
  ['its address', `https://www.kaggle.com/datasets/${name}`, undefined],
  ['the address of one of its pages', `https://www.kaggle.com/datasets/${name}/data?select=a.csv`, undefined],
  ['a version', `${name}/versions/3`, 3],
  ['a version as Kaggle’s own client has it', `${name}/3`, 3],
  ['the address of a version', `https://www.kaggle.com/datasets/${name}/versions/3`, 3],
] as const)('a data set is known by %s', async ([, words, version]) => {
  const { kaggle, started } = await kaggleOf({ datasets })
  await kaggle.datasetFiles(words)
  const { body } = started.requests.find(({ point }) => point === 'ListDatasetFiles')!
  expect(body).toMatchObject({ ownerSlug: 'zalando-research', datasetSlug: 'fashionmnist' })
  expect(body?.datasetVersionNumber).toBe(version)
})

test('what names no data set is refused before anything is asked', async () => {
  const { kaggle, started } = await kaggleOf({ datasets })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('', 'fashionmnist', 'a/b/c/d', 'a b/c', '/', 'a//b', 'a/b/versions/0'),
      async (words) => {
        const { message } = await failure(kaggle.datasetFiles(words), KaggleError)
        expect(message).toMatch(/^A data set: expected OWNER\/NAME, or the address of one of its pages; found /)
      },
    ),
  )
  expect(started.points()).toEqual([])
})

test('one that is not there, or is somebody’s own, and a file that it has not, are told, and nothing is left', async () => {
  const { kaggle } = await kaggleOf({ datasets })
  const folder = join(newFolder(), 'new')
  const gone = await failure(kaggle.downloadDataset('zalando-research/nothing', { folder }), UnknownDatasetError)
  expect(gone.message).toBe(
    'No data set "zalando-research/nothing", or no access to it (Permission \'datasets.get\' was denied). ' +
      'Its name is what follows www.kaggle.com/datasets/ in its address: OWNER/NAME.',
  )
  expect(gone).toMatchObject({ code: 'KAGGLE_DATASET_UNKNOWN', params: { dataset: 'zalando-research/nothing' } })
  const file = await failure(kaggle.downloadDataset(name, { folder, file: 'train.csv' }), UnknownFileError)
  expect(file.message).toBe(
    `${name} has no file "train.csv". It has: fashion-mnist_train.csv, extra/fashion-mnist_test.csv.`,
  )
  expect(listing(join(folder, '..'))).toEqual([])
})
