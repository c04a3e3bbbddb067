import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as files from '@pixelrow/files'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRealm } from '../../../tests/realm.ts'
import { zipOf } from './writer.ts'

const theirs = openRealm().load<typeof files>('@pixelrow/files')
const bytes = new TextEncoder().encode('some text')
let folder = ''
let server: Server
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pixelrow-realm-'))
  server = createServer((request, response) => {
    // The first connection is cut, which only the code of the error tells from a mistake of ours.
    if (request.url === '/cut') request.socket.destroy()
    else response.end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

test('in another realm, files are written from bytes of this one, to paths and URLs', async () => {
  const path = join(folder, 'a.txt')
  await theirs.writeFileAtomic(path, bytes)
  expect(await readFile(path, 'utf8')).toBe('some text')
  await theirs.writeFileAtomic(pathToFileURL(path), 'other')
  expect(await readFile(path, 'utf8')).toBe('other')
})

test('in another realm, zips are read from bytes, blobs and URLs, and unpacked', async () => {
  const zip = zipOf([{ name: 'a.txt', data: bytes }])
  await theirs.writeFileAtomic(join(folder, 'a.zip'), zip)
  for (const source of [zip, new Blob([new Uint8Array(zip)]), pathToFileURL(join(folder, 'a.zip'))]) {
    const opened = await theirs.readZip(source)
    expect(Buffer.from(await opened.bytes('a.txt')).toString()).toBe('some text')
    await opened.close()
  }
  const { bytes: size } = await theirs.extractZip(zip, pathToFileURL(join(folder, 'unpacked')))
  expect(size).toBe(bytes.length)
  const damaged = new Uint8Array(zip)
  damaged[40]! ^= 0xff
  const error = await theirs
    .readZip(damaged)
    .then((opened) => opened.bytes('a.txt'))
    .catch((thrown) => thrown)
  expect([error.name, error.message]).toEqual(['FileError', expect.stringContaining('damaged')])
})

test('in another realm, errors of the system and of the network are known for what they are', async () => {
  const missing = await theirs.writeFileAtomic(join(folder, 'none', 'a.txt'), bytes).catch((error) => error)
  expect(missing.message).toContain(`the folder ${join(folder, 'none')} does not exist. Create it`)
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const patience = { tries: 2, firstDelay: 1 }
  const cut = await theirs.download(`${address}/cut`, join(folder, 'cut'), patience).catch((error) => error)
  expect([cut.name, cut.message]).toEqual(['FileError', expect.stringContaining('the connection was cut. Try again.')])
  const { bytes: size } = await theirs.download(`${address}/whole`, join(folder, 'whole'), patience)
  expect(size).toBe(bytes.length)
})
