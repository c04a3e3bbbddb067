import { OnnxError, read } from '@pixelrow/onnx'
import { expect, test } from 'vitest'
import { concat, field, nested, varint } from './support.ts'

/** A ModelProto whose graph holds this; made for content of megabytes. */
function inGraph(content: Uint8Array): Uint8Array {
  const head = [7 * 8 + 2, ...varint(content.length)]
  const bytes = new Uint8Array(head.length + content.length)
  bytes.set(head)
  bytes.set(content, head.length)
  return bytes
}

/** The same bytes many times. */
function repeated(piece: ArrayLike<number>, count: number): Uint8Array {
  const bytes = new Uint8Array(count * piece.length)
  for (let at = 0; at < bytes.length; at += piece.length) bytes.set(piece, at)
  return bytes
}

function refusal(bytes: Uint8Array): OnnxError {
  try {
    read(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(OnnxError)
    return error as OnnxError
  }
  return expect.fail('read did not throw')
}

/** A file of an initializer that is kept at `location`. */
function externalAt(location: string): Uint8Array {
  const entry = (key: string, value: string) => field(13, concat(field(1, key), field(2, value)))
  const tensor = concat([0x08, 4, 0x10, 1], field(8, 'w'), entry('offset', '0'), entry('location', location), [0x70, 1])
  return inGraph(concat(field(2, 'g'), field(5, tensor)))
}

test.each(['/etc/passwd', '\\\\host\\share', 'C:\\secrets', '../up', 'a/../../b', 'a\\..\\..\\b', 'file:///x', '..'])(
  'weights outside the model’s folder are refused by their byte: %s',
  (location) => {
    const { message, offset } = refusal(externalAt(location))
    expect(message).toBe(
      `byte ${offset}: weights in ${JSON.stringify(location)}, which is outside the model’s folder; refused`,
    )
    const bytes = externalAt(location)
    // The entry’s length stands there, and behind it its key.
    expect(new TextDecoder().decode(bytes.subarray(offset! + 3, offset! + 11))).toBe('location')
  },
)

test.each(['weights.bin', 'weights/0.bin', './w', 'a..b', '..c/d', ''])(
  'weights beside the model are read: %s',
  (location) => {
    const { initializers } = read(externalAt(location)).graph
    expect(initializers[0]!.extra!.external_data).toEqual([
      { key: 'offset', value: '0' },
      { key: 'location', value: location },
    ])
  },
)

test.each<[string, number[]]>([
  ['empty nodes', [0x0a, 0]],
  ['empty tensors', [0x2a, 0]],
  ['fields that nobody knows', [0xfa, 0x07, 0]],
])('millions of %s are refused before they fill the memory', (_, piece) => {
  const content = repeated(piece, 4_000_000)
  const before = process.memoryUsage().heapUsed
  const { message, offset } = refusal(inGraph(content))
  expect(message).toMatch(/^byte \d+: more messages than a file of this size may have/)
  expect(offset).toBeLessThan(content.length / 2)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(500e6)
})

test.each<[string, Uint8Array]>([
  ['sizes of a tensor', field(5, concat([0x10, 1], packed(1, 1_000_000)))],
  ['whole numbers of a node', field(1, field(5, concat(field(1, 'a'), [0xa0, 1, 7], packed(8, 1_000_000))))],
  ['names of a node', field(1, repeated([0x0a, 1, 97], 300_000))],
])('a million %s take memory by their own number', (_, content) => {
  const file = inGraph(content)
  const before = process.memoryUsage().heapUsed
  read(file)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(60 * file.length)
})

/** A field of so many ones. */
function packed(number: number, count: number): Uint8Array {
  return field(number, new Uint8Array(count).fill(1))
}

test('a real file of very many messages is read: its weights make room for them', () => {
  const node = field(1, concat(field(4, 'Relu'), field(1, 'x'), field(2, 'y')))
  const content = repeated(node, 100_000)
  expect(read(inGraph(content)).graph.nodes.length).toBe(100_000)
})

test('nesting of 10,000 is refused at once', () => {
  expect(refusal(nested(10_000)).message).toMatch(/^byte \d+: messages nested deeper than 100/)
})
