import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { describeModel, type ModelDescription } from '@pixelrow/classifier'
import { fileErrorFrom } from '@pixelrow/files'
import { embedExternal, externalFiles, read } from '@pixelrow/onnx'
import { CreateError } from './error.ts'

/** A model for a starter, read whole. */
export interface StarterModel {
  /** The name of its file. */
  name: string
  bytes: Uint8Array
  /** Undefined where pixelrow did not write it: what such a file takes is found out where it is loaded. */
  description?: ModelDescription
}

/** Reads a model and looks whether it is one. Weights that lie in files beside it are put inside. */
export async function readModel(source: string): Promise<StarterModel> {
  const file = await fileOf(source)
  const bytes = await readWhole(file)
  const name = basename(file)
  try {
    const whole = await withWeights(file, bytes)
    const { metadata } = read(whole)
    const isOurs = 'pixelrow.classes' in (metadata ?? {})
    return { name, bytes: whole, ...(isOurs && { description: describeModel(whole, name) }) }
  } catch (error) {
    throw invalid(file, error)
  }
}

/** The file itself, or the model in a run's folder. */
async function fileOf(source: string): Promise<string> {
  const there = await stat(source).catch(() => undefined)
  if (!there?.isDirectory()) return source
  const inside = join(source, 'model.onnx')
  if (await stat(inside).catch(() => undefined)) return inside
  throw new CreateError(`${source}: expected an ONNX file or a run folder, found a folder without model.onnx.`, {
    code: 'CREATE_MODEL_MISSING',
    params: { file: source },
  })
}

async function withWeights(file: string, bytes: Uint8Array): Promise<Uint8Array> {
  const names = externalFiles(bytes)
  if (names.length === 0) return bytes
  const beside = names.map(async (name) => [name, await readWhole(join(dirname(file), name))] as const)
  return embedExternal(bytes, new Map(await Promise.all(beside)))
}

async function readWhole(file: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(file))
  } catch (error) {
    throw fileErrorFrom(error, { file, action: 'read' })
  }
}

/** What the packages that read models say of one, with its file. */
function invalid(file: string, error: unknown): unknown {
  const { name, code, message } = error as Error & { code?: string }
  if (name !== 'OnnxError' && name !== 'ClassifierError') return error
  const reason = message.replace(`${basename(file)}: `, '')
  const params = { file, reason, found: code }
  return new CreateError(`${file}: ${reason}`, { code: 'CREATE_MODEL_INVALID', params, cause: error })
}
