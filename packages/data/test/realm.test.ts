import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import * as data from '@pixelrow/data'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { zipOf } from '../../../packages/files/test/writer.ts'
import { openRealm } from '../../../tests/realm.ts'
import { bytes } from './helpers.ts'

const TRAIN = 'label,pixel0,pixel1,pixel2,pixel3\n1,0,255,17,3\n0,9,8,7,6\n'
const theirs = openRealm().load<typeof data>('@pixelrow/data')
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pixelrow-realm-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A table as plain arrays, which compare across realms. */
const plain = ({ pixels, labels, classes }: data.PixelTable) => ({
  pixels: [...pixels],
  labels: [...labels!],
  classes: [...classes!],
})
const expected = { pixels: [0, 255, 17, 3, 9, 8, 7, 6], labels: [1, 0], classes: ['0', '1'] }

test('a reader in another realm takes bytes, buffers, blobs, URLs and streams of this one', async () => {
  const path = join(folder, 'train.csv')
  await writeFile(path, TRAIN)
  await writeFile(`${path}.gz`, gzipSync(TRAIN))
  const zip = zipOf([{ name: 'train.csv', data: bytes(TRAIN) }])
  const sources = [path, `${path}.gz`, pathToFileURL(path), bytes(TRAIN), bytes(TRAIN).buffer, new Blob([TRAIN])]
  for (const source of [...sources, new File([TRAIN], 'train.csv'), zip, new Blob([new Uint8Array(zip)])]) {
    const table = await theirs.readTable(source as data.TableSource, { name: 'train.csv' })
    expect(plain(table)).toEqual(expected)
  }
  const missing = await theirs.readTable(join(folder, 'none.csv')).catch((error) => error)
  expect([missing.name, missing.message]).toEqual([
    'DataError',
    expect.stringContaining('no such file. Check the path.'),
  ])
})

test('a reader takes bytes and buffers of another realm', async () => {
  const source = runInNewContext('Uint8Array.from(bytes)', { bytes: bytes(TRAIN) }) as Uint8Array
  expect(source).not.toBeInstanceOf(Uint8Array)
  expect(plain(await data.readTable(source))).toEqual(expected)
  expect(plain(await data.readTable(source.buffer as ArrayBuffer))).toEqual(expected)
})

test('what works on tables takes those of another realm, and signals', async () => {
  const table = await data.readTable(bytes(TRAIN))
  const foreign = await theirs.readTable(bytes(TRAIN))
  expect(foreign.pixels).not.toBeInstanceOf(Uint8Array)
  for (const [here, one] of [
    [data, foreign],
    [theirs, table],
  ] as const) {
    expect(() => here.checkTable(one)).not.toThrow()
    expect(here.split(one, { validation: 1, stratified: false }).train.rows).toBe(1)
    expect([...here.csvText(one)].join('')).toBe(TRAIN)
    expect([...here.augment(one.pixels, one.shape, {})]).toEqual(expected.pixels)
    expect([...here.writeIdx([2, 2, 2], one.pixels as Uint8Array)].slice(-8)).toEqual(expected.pixels)
    await here.writeIdxFiles(join(folder, 'images'), one, { labels: join(folder, 'labels') })
    const back = await here.readTable(join(folder, 'images'), { labels: pathToFileURL(join(folder, 'labels')) })
    expect(plain(back)).toEqual(expected)
  }
  const { signal } = new AbortController()
  expect((await theirs.readTable(bytes(TRAIN), { signal })).rows).toBe(2)
})
