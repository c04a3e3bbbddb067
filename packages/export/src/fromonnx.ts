import {
  type Model,
  parameters,
  parseArchitecture,
  strictPreparation,
  type Tensor,
  validateModel,
} from '@pixelrow/model'
import { type Graph, renamed, type TensorData, write } from '@pixelrow/onnx'
import { isA } from '../../../common/kinds.ts'
import { ExportError } from './error.ts'
import { fold, foldedArchitecture } from './fold.ts'
import { format, graphOf } from './toonnx.ts'
import { type Unfolded, unfold } from './unfold.ts'
import { readWhole } from './whole.ts'

/**
 * Reads the model back out of a file that `toOnnx` wrote: the same architecture, classes and weights, bit for bit. Throws
 * an `OnnxError` for what is no ONNX file, an `ExportError` for a file from elsewhere, of a later format, or whose graph
 * was changed since (quantised, optimised, retrained), and a `ModelError` for metadata that does not hold together.
 */
export function fromOnnx(bytes: Uint8Array): Model {
  const { metadata = {}, graph, producerName } = readWhole(bytes)
  const field = (name: string) => fieldOf(metadata, name, producerName)
  const version = field('format')
  if (version !== format) {
    throw new ExportError(
      `The file has pixelrow’s format ${version}; this version reads ${format}. Update @pixelrow/export.`,
    )
  }
  requireSingle(metadata)
  const architecture = parseArchitecture(field('architecture'))
  const kept = keptOf(metadata['pixelrow.unfolded'] ?? '{}')
  const inGraph = parameters(foldedArchitecture(architecture))
  const found = weightsOf(
    graph,
    inGraph.map(({ name }) => name),
  )
  const preparation = metadata['pixelrow.preparation']
  const model: Model = {
    architecture,
    weights: unfold(architecture, found, kept),
    classes: jsonOf('classes', field('classes')) as string[],
    ...(preparation !== undefined && {
      preparation: strictPreparation(jsonOf('preparation', preparation), architecture.input.shape),
    }),
  }
  validateModel(model)
  checkGraph(graph, fold(model))
  return model
}

function requireSingle(metadata: Record<string, string>): void {
  const members = metadata['pixelrow.members']
  if (members === undefined) return
  const { length } = jsonOf('members', members) as unknown[]
  const advice = 'Read the files it was merged from.'
  throw new ExportError(`The file holds ${length} models that answer together; fromOnnx reads one. ${advice}`)
}

function fieldOf(metadata: Record<string, string>, name: string, producer = ''): string {
  const value = metadata[`pixelrow.${name}`]
  if (value !== undefined) return value
  const origin =
    producer && producer !== 'pixelrow' ? ` (its producer is ${JSON.stringify(producer.slice(0, 60))})` : ''
  const advice = 'Only files that toOnnx wrote can be read back.'
  throw new ExportError(`The file has no metadata pixelrow.${name}${origin}; expected a file of pixelrow’s. ${advice}`)
}

function jsonOf(name: string, json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new ExportError(`The file’s metadata pixelrow.${name} is not JSON: ${(cause as Error).message}.`)
  }
}

function keptOf(json: string): Unfolded {
  const kept = jsonOf('unfolded', json)
  const entries = typeof kept === 'object' && kept !== null ? Object.values(kept) : [kept]
  const isEntry = (entry: unknown) =>
    typeof entry === 'object' && entry !== null && Object.values(entry).every((text) => typeof text === 'string')
  if (entries.every(isEntry)) return kept as Unfolded
  throw new ExportError('The file’s metadata pixelrow.unfolded is no object of arrays by name.')
}

function weightsOf(graph: Graph, names: readonly string[]): Record<string, Tensor> {
  const initializers = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]))
  return Object.fromEntries(
    names.map((name): [string, Tensor] => {
      const tensor = initializers.get(name)
      if (!tensor || !isA(tensor.data, 'Float32Array')) {
        const found = tensor ? `holds ${name} as ${tensor.dataType}` : `has no weights ${name}`
        throw new ExportError(`The file ${found}; expected float32 values. ${changed}`)
      }
      return [name, { dims: [...tensor.dims], data: new Float32Array(tensor.data) }]
    }),
  )
}

const changed = 'It was changed after pixelrow wrote it; use the original.'

/** The graph must be the one its architecture gives, or the model read would not be the one that the file computes. */
function checkGraph(graph: Graph, model: Model): void {
  const kind = graph.inputs[0]?.type.dims?.length === 2 ? 'flat' : 'image'
  const expected = unnamed(graphOf(model, kind), model)
  const found = unnamed(graph, model)
  if (sameBytes(structureOf(found), structureOf(expected)) && sameConstants(found, expected)) return
  throw new ExportError(`The file’s graph is not the one that its architecture gives. ${changed}`)
}

/**
 * A graph whose nodes have no names, and whose values have numbers in the order in which nodes read and make them, but for inputs, outputs
 * and weights: names decide no result, and earlier versions gave others.
 */
function unnamed(graph: Graph, { weights }: Model): Graph {
  const kept = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name))
  const names = new Map<string, string>()
  for (const { inputs, outputs } of graph.nodes) {
    for (const name of [...inputs, ...outputs]) {
      const stays = name === '' || kept.has(name) || Object.hasOwn(weights, name) || names.has(name)
      if (!stays) names.set(name, `value ${names.size}`)
    }
  }
  const nodes = graph.nodes.map((node) => ({ ...node, name: '' }))
  return renamed({ ...graph, nodes }, names)
}

/** What of a graph decides its results, without its constants, as bytes. */
function structureOf({ nodes, inputs, outputs }: Graph): Uint8Array {
  return write({ irVersion: 8, opsets: {}, graph: { name: '', nodes, inputs, outputs, initializers: [] } })
}

function sameConstants({ initializers: found }: Graph, { initializers: expected }: Graph): boolean {
  const byName = new Map(found.map((tensor) => [tensor.name, tensor]))
  return (
    found.length === expected.length &&
    expected.every(({ name, dataType, dims, data }) => {
      const tensor = byName.get(name)
      const alike = tensor?.dataType === dataType && tensor.dims.join() === dims.join() && !tensor.extra
      return alike && sameBytes(bytesOf(tensor.data), bytesOf(data))
    })
  )
}

function bytesOf(data: TensorData): Uint8Array {
  const { buffer, byteOffset, byteLength } = data as Float32Array
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function sameBytes(found: Uint8Array, expected: Uint8Array): boolean {
  return found.length === expected.length && found.every((byte, at) => byte === expected[at])
}
