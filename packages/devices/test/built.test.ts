import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { builtTfjs } from '@pixelrow/devices'
import { cached } from '@pixelrow/files'
import { afterEach, beforeEach, expect, test } from 'vitest'

let cache: string
const machine = `tfjs/${process.platform}-${process.arch}`

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'pixelrow-devices-'))
})

afterEach(() => rmSync(cache, { recursive: true, force: true }))

const make = (name: string) => cached(`${machine}/${name}`, async () => {}, { folder: cache })

test('nothing is found where nothing was built, and where the cache is a file', () => {
  expect(builtTfjs({ cache })).toBeUndefined()
  writeFileSync(join(cache, 'file'), '')
  expect(builtTfjs({ cache: join(cache, 'file') })).toBeUndefined()
})

test('the newest version is found, by number', async () => {
  await make('cpu-2.9.1')
  const folder = await make('cpu-2.21.0')
  await make('cpu-2.21.0rc1')
  expect(builtTfjs({ cache })).toEqual({
    kind: 'cpu',
    version: '2.21.0',
    folder,
    entry: join(folder, 'node_modules/@tensorflow/tfjs-node/dist/index.js'),
  })
})

test('a build with CUDA comes before a newer one without', async () => {
  await make('cpu-2.21.0')
  await make('gpu-2.20.0')
  expect(builtTfjs({ cache })).toMatchObject({ kind: 'gpu', version: '2.20.0' })
})

test('what is not whole, of another machine or of another name is not found', async () => {
  mkdirSync(join(cache, machine, 'cpu-2.21.0'), { recursive: true })
  mkdirSync(join(cache, machine, '.gpu-2.21.0.1b.partial'))
  await cached('tfjs/another-machine/gpu-2.21.0', async () => {}, { folder: cache })
  await make('xpu-2.21.0')
  expect(builtTfjs({ cache })).toBeUndefined()
})

test("the cache is the user's, or what the variable says", async () => {
  const before = process.env.PIXELROW_CACHE
  process.env.PIXELROW_CACHE = cache
  try {
    const folder = await make('cpu-2.21.0')
    expect(builtTfjs()?.folder).toBe(folder)
  } finally {
    if (before === undefined) delete process.env.PIXELROW_CACHE
    else process.env.PIXELROW_CACHE = before
  }
})
