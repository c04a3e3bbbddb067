import { type Dim, type Graph, sizeOf, type TensorData } from '@pixelrow/onnx'
import { joined } from '../../../common/joined.ts'
import { kindOf } from '../../../common/kinds.ts'
import { dataTypeOf } from '../../../common/values.ts'
import { rowsError } from './error.ts'
import { inputsOf } from './graph.ts'
import type { ScoreOptions, SessionTensor } from './session.ts'
import { readWhole } from './whole.ts'

/** Rows to run a file on: raw pixels for a file with one input of their kind, uint8 or float32, else each input by name with the rows as first axis. */
export type Rows = { pixels: Uint8Array | Float32Array } | { feeds: Record<string, SessionTensor> }

/** What a file says of rows. */
export interface Scores {
  rows: number
  /** `rows × classes`: the output `probabilities`, or the file's first output of floats. */
  values: Float32Array
  /** The class of each row: the output `label`, or the place of the row's largest value. */
  labels: Int32Array
}

/** Rows a run: much longer ones are slower, shorter ones too. */
const chunkRows = 256

type Taken = (outputs: Record<string, SessionTensor>, from: number, rows: number) => void

/** Runs a file over rows, some at a time, and hands over what it gives. Throws an `ExportError` where they do not fit it. */
export async function runOver(bytes: Uint8Array, given: Rows, options: ScoreOptions, take: Taken): Promise<number> {
  const { graph } = readWhole(bytes)
  const feeds = feedsOf(graph, given)
  const rows = rowsOf(feeds)
  const fixed = inputsOf(graph)[0]?.type.dims?.[0]
  const step = typeof fixed === 'number' ? fixed : chunkRows
  if (rows === 0 || (typeof fixed === 'number' && rows % step)) {
    throw rowsError(`There are ${rows} rows; the file takes ${rows === 0 ? 'at least 1' : `${step} a run`}.`)
  }
  const session = await options.run(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length))
  try {
    for (let from = 0; from < rows; from += step) {
      options.signal?.throwIfAborted()
      const count = Math.min(step, rows - from)
      take(await session.run(sliced(feeds, from, count)), from, count)
      options.onProgress?.(from + count)
    }
  } finally {
    await session.close()
  }
  return rows
}

/** What a file says of rows. Throws an `ExportError` where they do not fit it, or it gives no scores. */
export async function score(bytes: Uint8Array, given: Rows, options: ScoreOptions): Promise<Scores> {
  const values: Float32Array[] = []
  const labels: number[] = []
  const rows = await runOver(bytes, given, options, (outputs, _, count) => {
    const found = scoresIn(outputs)
    values.push(found)
    labels.push(...labelsIn(outputs, found, count))
  })
  return { rows, values: joined(Float32Array, values), labels: Int32Array.from(labels) }
}

function scoresIn(outputs: Record<string, SessionTensor>): Float32Array {
  const { data } = outputs.probabilities ?? Object.values(outputs).find(({ dataType }) => dataType === 'float32') ?? {}
  if (data) return Float32Array.from(data as ArrayLike<number>)
  const found = Object.entries(outputs).map(([name, { dataType }]) => `${name} (${dataType})`)
  throw rowsError(`The file gives ${found.join(', ') || 'nothing'}; expected an output of float32 scores.`)
}

function labelsIn({ label }: Record<string, SessionTensor>, values: Float32Array, rows: number): number[] {
  if (label?.data.length === rows) return Array.from(label.data as ArrayLike<number>, Number)
  const classes = values.length / rows
  return Array.from({ length: rows }, (_, row) => largest(values, row, classes))
}

/** The place of a row's largest value. */
export function largest(values: Float32Array, row: number, classes: number): number {
  const start = row * classes
  let best = start
  for (let at = start + 1; at < start + classes; at++) if (values[at]! > values[best]!) best = at
  return best - start
}

function feedsOf(graph: Graph, given: Rows): Record<string, SessionTensor> {
  if ('feeds' in given) return given.feeds
  const dataType = dataTypeOf(given.pixels)
  const inputs = inputsOf(graph)
  const { name = '', type } = inputs[0] ?? {}
  const dims: readonly Dim[] = type?.dims?.slice(1) ?? []
  const isPixels = inputs.length === 1 && type?.dataType === dataType && dims.length > 0
  if (!isPixels || !dims.every((dim): dim is number => typeof dim === 'number')) {
    const found = inputs.map((input) => `${input.name} (${input.type.dataType})`).join(', ')
    throw rowsError(
      `The file takes ${found}; these pixels are for one input of ${dataType}. Give feeds, by the inputs’ names.`,
    )
  }
  const size = sizeOf(dims)
  const rows = given.pixels.length / size
  if (Number.isInteger(rows)) return { [name]: { dataType, dims: [rows, ...dims], data: given.pixels } }
  throw rowsError(`There are ${given.pixels.length} pixels; expected whole images of ${size} values.`)
}

function rowsOf(feeds: Record<string, SessionTensor>): number {
  const counts = [...new Set(Object.values(feeds).map(({ dims }) => dims[0] ?? 0))]
  if (counts.length === 1) return counts[0]!
  throw rowsError(`The feeds have ${counts.join(' and ') || 'no'} rows; expected the same number in each.`)
}

function sliced(feeds: Record<string, SessionTensor>, from: number, rows: number): Record<string, SessionTensor> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { dataType, dims, data }]) => {
      const size = sizeOf(dims.slice(1))
      const part = { dataType, dims: [rows, ...dims.slice(1)], data: copied(data, from * size, (from + rows) * size) }
      return [name, part]
    }),
  )
}

const arrays = {
  Float32Array,
  Float64Array,
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
}

/** Some elements in an array of this realm: runtimes take no others. */
function copied(data: TensorData, from: number, to: number): TensorData {
  if (Array.isArray(data)) return data.slice(from, to)
  const Own = arrays[kindOf(data) as keyof typeof arrays]
  const width = data.BYTES_PER_ELEMENT
  const bytes = new Uint8Array(data.buffer, data.byteOffset + from * width, (to - from) * width)
  return new Own(Uint8Array.from(bytes).buffer)
}
