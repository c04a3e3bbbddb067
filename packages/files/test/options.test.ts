import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  cached,
  cacheFolder,
  download,
  extractZip,
  FileError,
  readZip,
  withRetries,
  writeFileAtomic,
  type ZipSource,
} from '@pixelrow/files'
import { expect, test } from 'vitest'
import { failure, newFolder } from './support.ts'
import { zipOf } from './writer.ts'

/** What nobody who reads the types would pass. */
const options = <Options>(value: unknown) => value as Options
const zip = zipOf([{ name: 'a.txt', data: new Uint8Array(3) }])
const path = join(newFolder(), 'never')
const address = 'http://127.0.0.1:9/never'

/** What is thrown at once, as what is thrown later. */
const later = async (work: () => unknown) => work()

test.each<[string, () => unknown, string]>([
  [
    'writeFileAtomic',
    () => writeFileAtomic(path, '', options({ permissions: 0o600 })),
    'writeFileAtomic: there is no option permissions. There are: mode, signal.',
  ],
  [
    'writeFileAtomic',
    () => writeFileAtomic(path, '', options({ mode: '600' })),
    "writeFileAtomic: mode must be a whole number of at least 0 and at most 4095; found '600'.",
  ],
  [
    'cacheFolder',
    () => cacheFolder('x', options({ platfrom: 'linux' })),
    'cacheFolder: there is no option platfrom. Did you mean platform?',
  ],
  ['cached', () => cached('x', async () => {}, options({ folder: 1 })), 'cached: folder must be a text; found 1.'],
  [
    'download',
    () => download(address, path, options({ overwite: true })),
    'download: there is no option overwite. Did you mean overwrite?',
  ],
  [
    'download',
    () => download(address, path, options({ tries: 0 })),
    'download: tries must be a whole number of at least 1; found 0.',
  ],
  [
    'download',
    () => download(address, path, options({ checksum: { algorithm: 'md4', value: '' } })),
    "download: checksum.algorithm must be 'md5', 'sha1', 'sha256', 'sha512' or 'crc32c'; found 'md4'.",
  ],
  [
    'download',
    () => download(address, path, options({ headers: { authorization: 5, cookie: 'secret' } })),
    'download: headers must be an object of texts; found something else.',
  ],
  [
    'readZip',
    () => readZip(zip, options({ maxsize: 1 })),
    'readZip: there is no option maxsize. There are: name, maxTotal, maxEntry, maxRatio, maxEntries.',
  ],
  ['readZip', () => readZip(zip, options({ maxTotal: 0 })), 'readZip: maxTotal must be a number above 0; found 0.'],
  [
    'extractZip',
    () => extractZip(zip, path, options({ filter: 'a' })),
    "extractZip: filter must be a function; found 'a'.",
  ],
  [
    'open',
    async () => (await readZip(zip)).open('a.txt', options({ signal: {} })),
    'open: signal must be an AbortSignal; found {}.',
  ],
  [
    'withRetries',
    () => withRetries(async () => {}, options({ delay: 1 })),
    'withRetries: there is no option delay. There are: tries, firstDelay, longestDelay, signal, onRetry.',
  ],
])('%s refuses what is no option of it: %#', async (_, work, message) => {
  const error = await failure(later(work))
  expect(error.message).toBe(message)
  expect(error.code).toMatch(/^FILES_OPTION_(UNKNOWN|INVALID)$/)
  expect(error.params).toMatchObject({ where: expect.any(String), option: expect.any(String) })
  expect(JSON.stringify([error.message, error.params])).not.toContain('secret')
  expect(existsSync(path)).toBe(false)
})

test('limits may be taken away, and a zip from anything else is refused', async () => {
  const opened = await readZip(zip, { maxTotal: Infinity, maxRatio: Infinity })
  await opened.close()
  const error = await failure(readZip(options<ZipSource>(5)))
  expect(error).toMatchObject({ code: 'FILES_SOURCE_INVALID', params: { found: '5' } })
  expect(error).toBeInstanceOf(FileError)
})
