import * as converter from '@tensorflow/tfjs-converter'
import { numbers, sizeOf, tf } from './tfjsruntime.ts'

export const { loadGraphModel } = converter

type Attribute = Record<string, unknown>

const text = (value: string) => ({ s: btoa(value) })
const types = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL' } as const

/** Attributes of a node as model.json has them, from plain values: whole numbers, texts, flags, lists, `{ float }`, `{ type }`. */
function attributeOf(value: unknown): Attribute {
  if (typeof value === 'boolean') return { b: value }
  if (typeof value === 'number') return { i: String(value) }
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value))
    return { list: typeof value[0] === 'string' ? { s: value.map((each) => btoa(each)) } : { i: value.map(String) } }
  const { float, type } = value as { float?: number; type?: keyof typeof types }
  return type ? { type: types[type] } : { f: float }
}

/** A TensorFlow graph under construction, as tensorflowjs_converter would write it. */
export interface GraphMaker {
  /** A node; gives its name. */
  node(op: string, inputs: readonly string[], attributes?: Record<string, unknown>): string
  /** A constant of random numbers, or of these. */
  constant(dims: readonly number[], values?: ArrayLike<number>, type?: 'float32' | 'int32'): string
  /** A constant list of whole numbers, or a single one. */
  ints(values: readonly number[] | number): string
}

/** What a graph is made of: shapes of its inputs with the batch (-1 for any), and its nodes, of which the last go out. */
export interface GraphSource {
  inputs: readonly (readonly number[])[]
  build(g: GraphMaker, ...inputs: string[]): string | readonly string[]
}

/** The parts of a graph model that tfjs loads. */
export function artifactsOf({ inputs, build }: GraphSource): tf.io.ModelArtifacts {
  const node: Record<string, unknown>[] = []
  const weightSpecs: tf.io.WeightsManifestEntry[] = []
  const data: number[] = []
  const add = (
    op: string,
    inputs: readonly string[],
    attributes: Record<string, unknown>,
    name = `${op}_${node.length}`,
  ) => {
    const attr = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attributeOf(value)]))
    node.push({ name, op, ...(inputs.length && { input: inputs }), attr })
    return name
  }
  const constant: GraphMaker['constant'] = (dims, values = numbers(sizeOf(dims), node.length), type = 'float32') => {
    const name = add('Const', [], { dtype: { type } })
    weightSpecs.push({ name, shape: [...dims], dtype: type })
    const bytes = type === 'int32' ? Int32Array.from(values) : Float32Array.from(values)
    data.push(...new Uint8Array(bytes.buffer))
    return name
  }
  const g: GraphMaker = {
    node: (op, inputs, attributes = {}) => add(op, inputs, { T: { type: 'float32' }, ...attributes }),
    constant,
    ints: (values) =>
      typeof values === 'number' ? constant([], [values], 'int32') : constant([values.length], values, 'int32'),
  }
  const shape = (dims: readonly number[]) => ({ dim: dims.map((size) => ({ size: String(size) })) })
  const names = inputs.map((dims, at) => {
    const name = add('Placeholder', [], { dtype: { type: 'float32' } }, `input_${at}`)
    ;(node.at(-1)!.attr as Record<string, unknown>).shape = { shape: shape(dims) }
    return name
  })
  const outputs = [build(g, ...names)].flat()
  const port = (name: string, dims?: readonly number[]) => ({
    name: `${name}:0`,
    dtype: 'DT_FLOAT',
    ...(dims && { tensorShape: shape(dims) }),
  })
  return {
    format: 'graph-model',
    modelTopology: { node, versions: { producer: 1 } },
    weightSpecs,
    weightData: Uint8Array.from(data).buffer,
    signature: {
      inputs: Object.fromEntries(names.map((name, at) => [name, port(name, inputs[at])])),
      outputs: Object.fromEntries(outputs.map((name, at) => [`output_${at}`, port(name)])),
    },
  } as tf.io.ModelArtifacts
}

/** A live graph model of tfjs. */
export async function graphModel(source: GraphSource): Promise<converter.GraphModel> {
  return loadGraphModel(tf.io.fromMemory(artifactsOf(source)))
}

/** The files of a graph model, as a page's file input gives them. */
export function graphFiles(source: GraphSource): { name: string; bytes: Uint8Array }[] {
  const { weightSpecs, weightData, ...rest } = artifactsOf(source)
  const json = { ...rest, weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights: weightSpecs }] }
  return [
    { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(json)) },
    { name: 'group1-shard1of1.bin', bytes: new Uint8Array(weightData as ArrayBuffer) },
  ]
}
