import { open, rm, unlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DataError, type PixelTable, type ReadOptions, readRows, readTable } from '@pixelrow/data'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bytes, dataError, read } from './helpers.ts'

const parsers = ['simd', 'plain', 'strict'] as const
const line = (row: number) =>
  `${row % 10},${Array.from({ length: 16 }, (_, i) => (row * 31 + i * 17) % 256).join(',')}\n`
const header = `label,${Array.from({ length: 16 }, (_, i) => `pixel${i}`).join(',')}\n`
const file = (rows: number) => header + Array.from({ length: rows }, (_, row) => line(row)).join('')
const path = join(tmpdir(), `pixelrow-data-stream-${process.pid}.csv`)
afterAll(() => rm(path, { force: true }))

async function* pieces(all: Uint8Array, ...cuts: number[]) {
  for (const [i, cut] of [0, ...cuts].entries()) yield all.subarray(cut, cuts[i] ?? all.length)
}

/** Collects what an iterator gives. */
async function collect<T>(iterator: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const each of iterator) all.push(each)
  return all
}

test.each(parsers)('a file may be cut anywhere (%s)', async (parser) => {
  const text = file(3).replaceAll('\n', '\r\n').replace('17', '"17"')
  const all = bytes(text)
  const whole = await read(text)
  for (let cut = 0; cut <= all.length; cut++) {
    expect(await readTable(pieces(all, cut), { parser })).toEqual(whole)
    if (cut > 1) expect(await readTable(pieces(all, cut - 1, cut), { parser })).toEqual(whole)
  }
})

test.each(parsers)('a table larger than any buffer is the same by every way in (%s)', async (parser) => {
  const text = file(20_000)
  const expected = Uint8Array.from({ length: 20_000 * 16 }, (_, i) => ((i >> 4) * 31 + (i & 15) * 17) % 256)
  await writeFile(path, text)
  for (const source of [path, bytes(text), new Blob([text]), gzipSync(text)]) {
    const table = await readTable(source, { parser })
    expect(Buffer.compare(table.pixels as Uint8Array, expected)).toBe(0)
    expect(table.labels!.every((label, row) => label === row % 10)).toBe(true)
  }
})

test('a line longer than the buffer is read', async () => {
  const side = 400
  const row = Array.from({ length: side * side }, (_, i) => i % 256)
  const names = row.map((_, i) => `pixel${i}`)
  expect(`${names}`.length).toBeGreaterThan(1 << 20)
  for (const parser of parsers) {
    // A row that counts is no picture, so its shape is given.
    const options = { parser, shape: { height: side, width: side } }
    const table = await readTable(pieces(bytes(`${names}\n${row}\n${row}`), 1000, 400_000), options)
    expect([table.rows, table.shape.height]).toEqual([2, side])
    expect(Buffer.compare(table.pixels as Uint8Array, Uint8Array.from([...row, ...row]))).toBe(0)
  }
})

test('a source may use its buffer again', async () => {
  const text = file(20_000)
  const expected = await read(text)
  for (const all of [bytes(text), new Uint8Array(gzipSync(text))]) {
    async function* reusing() {
      const buffer = Buffer.alloc(10_000)
      for (let at = 0; at < all.length; at += buffer.length) {
        const part = all.subarray(at, at + buffer.length)
        buffer.set(part)
        yield buffer.subarray(0, part.length)
      }
    }
    const table = await readTable(reusing())
    expect([table.rows, Buffer.compare(table.pixels as Uint8Array, expected.pixels as Uint8Array)]).toEqual([20_000, 0])
  }
})

test('an error far into a file names the line', async () => {
  const text = `${file(30_000)}1,${'0,'.repeat(15)}256\n${line(1)}`
  for (const parser of parsers) {
    const error = await dataError(read(text, { parser }))
    expect([error.row, error.column, error.found]).toEqual([30_002, 'pixel15', "'256'"])
  }
  // Values above 249 come late in this one.
  const low = Array.from(
    { length: 9000 },
    (_, row) => `${row % 10},${'7,'.repeat(15)}${row > 8000 ? 250 : 249}\n`,
  ).join('')
  for (const parser of parsers) expect((await dataError(read(header + low, { parser, maxValue: 249 }))).row).toBe(8003)
})

test('rows come in batches of one size, whatever the chunks', async () => {
  const whole = await read(file(1000))
  for (const source of [bytes(file(1000)), pieces(bytes(file(1000)), 100, 101, 5000, 33_333)]) {
    const batches = await collect(readRows(source, { batch: 300 }))
    expect(batches.map(({ rows }) => rows)).toEqual([300, 300, 300, 100])
    expect(Buffer.concat(batches.map(({ pixels }) => pixels as Uint8Array))).toEqual(Buffer.from(whole.pixels))
    expect(batches.flatMap(({ labels }) => [...labels!])).toEqual([...whole.labels!])
  }
  await expect(collect(readRows(bytes(file(3)), { batch: 0 }))).rejects.toThrow(DataError)
})

test('labels of a stream are numbers, or places among given classes', async () => {
  const labels = async (text: string, options: ReadOptions = {}) =>
    (await collect<PixelTable>(readRows(bytes(text), options))).flatMap((table) => [...table.labels!])
  expect(await labels('label,pixel0\n24,1\n8.0,2\n')).toEqual([24, 8])
  expect(await labels('label,pixel0\nb,1\na,2\n', { classes: ['a', 'b'] })).toEqual([1, 0])
  expect((await dataError(labels('label,pixel0\nb,1\n'))).advice).toContain('Pass the classes')
  expect((await dataError(labels('label,pixel0\nc,1\n', { classes: ['a'] }))).found).toBe("label 'c'")
  const [batch] = await collect(readRows(bytes('id,pixel0\nx,1\ny,0.5\n'), { fractions: true }))
  expect(batch).toMatchObject({ ids: ['x', 'y'], maxValue: 255, pixels: Uint8Array.of(255, 128) })
})

test('a source waits while a batch is in use', async () => {
  let given = 0
  async function* source() {
    yield bytes(header)
    for (let row = 0; row < 200_000; row += 100) {
      given += 100
      yield bytes(Array.from({ length: 100 }, (_, i) => line(row + i)).join(''))
    }
  }
  let used = 0
  for await (const { rows } of readRows(source(), { batch: 50 })) {
    used += rows
    // What is looked at before the first row, a quarter of a megabyte, and no more than a piece beyond.
    expect(given - used).toBeLessThan(8000)
    if (used >= 20_000) break
  }
  expect(given).toBeLessThan(30_000)
})

test('leaving a loop or aborting lets go of the source', async () => {
  let closed = 0
  const source = () =>
    (async function* () {
      try {
        yield bytes(file(20_000))
        await new Promise(() => {})
      } finally {
        closed++
      }
    })()
  for await (const _ of readRows(source())) break
  expect(closed).toBe(1)

  // This source never answers again: only the abort ends the read.
  let cancelled = false
  const silent = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes(file(20_000))),
    cancel() {
      cancelled = true
    },
  })
  const controller = new AbortController()
  const reading = readTable(silent, { signal: controller.signal })
  setImmediate(() => controller.abort(new Error('enough')))
  await expect(reading).rejects.toThrow('enough')
  const rows = readRows(bytes(file(20_000)), { batch: 10, signal: controller.signal })
  await expect(collect(rows)).rejects.toThrow('enough')
  expect(cancelled).toBe(true)
})

test("a source's own error comes out as it is, of gzip too", async () => {
  const packed = gzipSync(file(50_000))
  for (const all of [bytes(file(50_000)), new Uint8Array(packed)]) {
    async function* broken() {
      yield all.subarray(0, all.length >> 1)
      throw new TypeError('the network is gone')
    }
    await expect(readTable(broken())).rejects.toThrow(new TypeError('the network is gone'))
  }
})

test('a file that is written to while it is read is an error; one that is unlinked is read to its end', async () => {
  const text = file(40_000)
  for (const contents of [text, gzipSync(text, { level: 0 })]) {
    await writeFile(path, contents)
    const growing = readRows(path, { batch: 100 })
    await growing.next()
    const writer = await open(path, 'a')
    await writer.write('1')
    await writer.close()
    expect((await dataError(collect(growing))).message).toMatch(/changed while it was read|cannot be unpacked|cells/)
  }
  await writeFile(path, text)
  const rows = readRows(path, { batch: 100 })
  const first = await rows.next()
  await unlink(path)
  expect((first.value as PixelTable).rows + (await collect(rows)).reduce((sum, table) => sum + table.rows, 0)).toBe(
    40_000,
  )
})

let server: Server
let address = ''
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/train.csv') response.end(file(5000))
    else if (request.url === '/train.csv.gz') response.end(gzipSync(file(5000)))
    else if (request.url === '/cut.csv') {
      response.writeHead(200, { 'content-length': 1_000_000 })
      response.write(file(5000), () => response.destroy())
    } else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

test('reads from http, plain and gzip; names the address where it fails', async () => {
  const expected = await read(file(5000))
  expect(await readTable(`${address}/train.csv`)).toEqual(expected)
  expect(await readTable(new URL(`${address}/train.csv.gz`))).toEqual(expected)
  const missing = await dataError(readTable(`${address}/no.csv`))
  expect([missing.file, missing.found]).toEqual([`${address}/no.csv`, 'HTTP 404 Not Found'])
  await expect(readTable(`${address}/cut.csv`)).rejects.toThrow()
  const closed = await freePort()
  expect((await dataError(readTable(`http://127.0.0.1:${closed}/x.csv`))).message).toContain('cannot be fetched')
})

/** A port that nothing listens at. */
async function freePort(): Promise<number> {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  await new Promise((resolve) => other.close(resolve))
  await new Promise((resolve) => connect(port, '127.0.0.1').on('error', resolve))
  return port
}
