import type { Tensor } from '@pixelrow/onnx'
import { joined } from '../../../../common/joined.ts'
import { short } from '../../../../common/short.ts'
import type { Bounds } from '../../../../common/within.ts'
import { sourceError } from '../error.ts'
import { type Writer, writerOf } from './keras/writer.ts'
import { type Files, openFiles, type TfjsArtifacts, type TfjsModel, type TfjsSource } from './source.ts'
import { readWeights } from './weights.ts'

/** A model as it was read: its structure, of unknown content, and its weights. */
export interface Artifacts {
  name: string
  format: 'layers' | 'graph'
  topology: unknown
  /** Who wrote a model of layers, where it says so. */
  writer?: Writer | undefined
  signature: unknown
  weights: [name: string, tensor: Tensor][]
  /** metadata.json beside the model, where there is one. */
  metadata?: unknown
}

/** Reads a model from wherever it is. */
export async function readArtifacts(source: TfjsSource, bounds: Bounds = {}): Promise<Artifacts> {
  return isModel(source) ? fromModel(source) : fromFiles(await openFiles(source, bounds))
}

function isModel(source: TfjsSource): source is TfjsModel {
  return typeof source === 'object' && 'save' in source && typeof source.save === 'function'
}

async function fromModel(model: TfjsModel): Promise<Artifacts> {
  let given: TfjsArtifacts | undefined
  await model.save({
    save: async (artifacts) => {
      given = artifacts
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
    },
  })
  if (!given) throw sourceError('The model saved nothing; expected a LayersModel or GraphModel of tfjs.')
  const { modelTopology, weightSpecs, weightData = [], signature, format } = given
  const bytes = joined(
    Uint8Array,
    [weightData].flat().map((part) => new Uint8Array(part)),
  )
  const weights = readWeights(weightSpecs, bytes, 'The live model')
  return { name: 'The live model', ...structureOf(modelTopology, format, 'The live model'), signature, weights }
}

async function fromFiles({ name, model, read }: Files): Promise<Artifacts> {
  const json = parseJson(model, name)
  const structure = structureOf(json.modelTopology, json.format, name)
  const weights: Artifacts['weights'] = []
  const seen = new Set<string>()
  const groups = Array.isArray(json.weightsManifest) ? json.weightsManifest : []
  for (const group of groups as { paths?: unknown; weights?: unknown }[]) {
    if (!Array.isArray(group?.paths)) throw sourceError(`${name}: a group of its weights has no paths.`)
    const shards: Uint8Array[] = []
    for (const path of group.paths) shards.push((await read(named(path, seen, name))) ?? missing(name, path))
    const from = `${name} (${short(group.paths.join(', '))})`
    for (const tensor of readWeights(group.weights, joined(Uint8Array, shards), from)) weights.push(tensor)
  }
  const metadata = await read('metadata.json').catch(() => undefined)
  const extra = metadata && { metadata: parsed(metadata) }
  return { name, ...structure, signature: signatureOf(json), weights, ...extra }
}

/** A shard's path, once: a file that is named a thousand times would take a thousand times its memory. */
function named(path: unknown, seen: Set<string>, name: string): string {
  if (typeof path !== 'string') throw sourceError(`${name}: a path of its weights is no text.`)
  if (seen.size === seen.add(path).size) throw sourceError(`${name}: it names the weight file ${short(path)} twice.`)
  return path
}

/** Old files keep the signature among the user's own metadata. */
function signatureOf({ signature, userDefinedMetadata }: Record<string, unknown>): unknown {
  return signature ?? (userDefinedMetadata as { signature?: unknown } | undefined)?.signature
}

function missing(name: string, path: string): never {
  throw sourceError(`${name}: its weight file ${short(path)} is missing. Pass all files of the model together.`)
}

function structureOf(
  topology: unknown,
  format: unknown,
  name: string,
): Pick<Artifacts, 'format' | 'topology' | 'writer'> {
  if (typeof topology !== 'object' || topology === null)
    throw sourceError(
      `${name}: it has no modelTopology; expected the model.json that tfjs or tensorflowjs_converter wrote.`,
    )
  if (format === 'graph-model' || 'node' in topology) return { format: 'graph', topology }
  const inner = 'model_config' in topology ? topology.model_config : topology
  return { format: 'layers', topology: inner, writer: writerOf(topology) }
}

function parseJson(bytes: Uint8Array, name: string): Record<string, unknown> {
  const value = parsed(bytes)
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  throw sourceError(`${name}: expected the model.json of a tfjs model, found something that is no JSON object.`)
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
