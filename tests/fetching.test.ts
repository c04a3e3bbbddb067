import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { readTable } from '@pixelrow/data'
import { tfjsToOnnx } from '@pixelrow/export/tfjs'
import { load, open } from '@pixelrow/infer-node'
import { describe, expect, onTestFinished, test } from 'vitest'

type Handler = (response: ServerResponse) => void

async function serve(handler: Handler): Promise<string> {
  const server = createServer((_, response) => handler(response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Lines of a table without end, which are zeros to all others. */
const endless: Handler = (response) => {
  const lines = '7,0,0,0,0\n'.repeat(10_000)
  response.write('label,pixel0,pixel1,pixel2,pixel3\n')
  const more = () => {
    while (!response.destroyed && response.write(lines));
  }
  response.on('drain', more)
  more()
}

const bomb: Handler = (response) => {
  const packed = gzipSync(`label,pixel0,pixel1,pixel2,pixel3\n${'7,0,0,0,0\n'.repeat(2_000_000)}`)
  response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length })
  response.end(packed)
}

/** The same, packed as a file is and not on the way. */
const packedFile: Handler = (response) =>
  response.end(gzipSync(`label,pixel0,pixel1,pixel2,pixel3\n${'7,0,0,0,0\n'.repeat(2_000_000)}`))

const silent: Handler = () => {}

const stalling: Handler = (response) => {
  response.writeHead(200, { 'content-length': 1000 })
  response.write('label,pixel0')
}

interface Bounds {
  maxBytes?: number
  stallTimeout?: number
}

/** What fetches an address, and the code of its error. */
const readers: [name: string, code: string, read: (url: string, bounds: Bounds) => Promise<unknown>][] = [
  ['readTable', 'DATA_FETCH_LIMIT', (url, bounds) => readTable(`${url}/train.csv`, bounds)],
  ['load', 'CLASSIFIER_MODEL_LIMIT', (url, bounds) => load(`${url}/model.onnx`, bounds)],
  ['open', 'CLASSIFIER_MODEL_LIMIT', (url, bounds) => open(`${url}/model.onnx`, bounds)],
  ['tfjsToOnnx', 'EXPORT_FETCH_LIMIT', (url, bounds) => tfjsToOnnx(`${url}/model.json`, bounds)],
]

describe.each(readers)('%s', (name, code, read) => {
  test.each<[what: string, handler: Handler]>([
    ['never ends', endless],
    ['sends a bomb', bomb],
    ...(name === 'readTable' ? [['sends a bomb of a file', packedFile] satisfies [string, Handler]] : []),
  ])('leaves a server that %s at maxBytes', async (_, handler) => {
    const error = await read(await serve(handler), { maxBytes: 1_000_000 }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code, params: { option: 'maxBytes', limit: 1_000_000 } })
    expect((error as Error).message).toMatch(
      /http:\/\/127\..*(more than 1000000 bytes, the limit of maxBytes|exceeds maxBytes \(1000000\))/,
    )
  })

  test.each([
    ['says nothing', silent],
    ['stops in the middle', stalling],
  ])('leaves a server that %s at stallTimeout', async (_, handler) => {
    const error = await read(await serve(handler), { stallTimeout: 100 }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code, params: { option: 'stallTimeout', limit: 100 } })
  })

  test('takes numbers above 0 alone for both', async () => {
    for (const bounds of [{ maxBytes: 0 }, { stallTimeout: -1 }])
      await expect(read('http://127.0.0.1:9', bounds)).rejects.toMatchObject({
        code: expect.stringMatching(/_OPTION_INVALID$/),
      })
  })
})

test('an address that is right is read as before, whatever size it has within the bounds', async () => {
  const text = `label,pixel0,pixel1,pixel2,pixel3\n${'7,0,1,2,3\n8,0,0,0,0\n'.repeat(50_000)}`
  const url = await serve((response) => response.end(text))
  expect(await readTable(`${url}/train.csv`, { maxBytes: text.length })).toMatchObject({ rows: 100_000 })
})
