import { ClassifierError, load, open } from '@pixelrow/infer-node'
import { OnnxError, read } from '@pixelrow/onnx'
import { expect, test } from 'vitest'
import { corners, onnxOf } from '../../classifier/test/model.ts'
import { mutants } from '../../export/scripts/fuzz.mjs'
import { concat, field, nested } from '../../onnx/test/support.ts'

/** The byte at which our reader finds damage. */
function damageIn(bytes: Uint8Array): number | undefined {
  try {
    read(bytes)
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(OnnxError)
    return (error as OnnxError).offset
  }
}

async function refusal(
  bytes: Uint8Array,
  options: Parameters<typeof load>[1] = {},
): Promise<ClassifierError | undefined> {
  const outcome = await load(bytes, { device: 'cpu', threads: 1, ...options }).catch((caught: unknown) => caught)
  if (outcome instanceof Error) {
    expect(outcome).toBeInstanceOf(ClassifierError)
    return outcome as ClassifierError
  }
  await (outcome as Awaited<ReturnType<typeof load>>).close()
  return undefined
}

test('mutated files load, or are refused in words, with the byte wherever there is damage', async () => {
  let [taken, refused, placed] = [0, 0, 0]
  for (const bytes of mutants(300, 7)) {
    // A worker for each would take longer than all that is tested here.
    const error = await refusal(bytes, { worker: (taken + refused) % 20 === 0 })
    if (!error) {
      taken++
      continue
    }
    refused++
    const offset = damageIn(bytes)
    // What onnxruntime takes for another file is called so; all else has the byte.
    if (offset === undefined || / IR version | operator set /.test(error.message)) continue
    expect(error.offset, error.message).toBe(offset)
    expect(error.message).toContain(`the model: byte ${offset}: `)
    placed++
  }
  expect(taken).toBeGreaterThan(10)
  expect(refused).toBeGreaterThan(100)
  expect(placed).toBeGreaterThan(80)
})

const good = onnxOf(corners)

test.each<[string, Uint8Array, RegExp]>([
  ['cut', good.subarray(0, 200), /byte \d+: a length of \d+ bytes where \d+ are left/],
  [
    'a length beyond the file',
    concat(good, [0x3a, 0xff, 0xff, 0xff, 0xff, 0x07]),
    /byte \d+: a length of 2147483647 bytes where 0 are left/,
  ],
  ['a wrong wire type', field(7, [0x0d, 1, 2, 3, 4]), /byte 3: GraphProto.node has wire type 5, expected 2/],
  [
    'a wire type that does not exist',
    concat([0x08, 8, 0x7f], good),
    /byte 3: wire type 7 of field 15 does not exist here/,
  ],
  ['nested 10,000 deep', nested(10_000), /byte \d+: messages nested deeper than 100/],
  ['a number without end', concat([0x08], new Uint8Array(20).fill(0xff)), /byte 1: a number longer than ten bytes/],
])('hostile files are refused with the byte, in a worker and on this thread: %s', async (_, bytes, message) => {
  for (const worker of [true, false]) {
    const error = await refusal(bytes, { worker })
    expect(error!.message).toMatch(message)
    expect(error!.offset).toBe(damageIn(bytes))
  }
  await expect(open(bytes)).rejects.toThrow(message)
})
