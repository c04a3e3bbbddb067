import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OnnxError } from '@pixelrow/export'
import { settle } from '@pixelrow/files'
import { JobError } from '../line/errors.ts'
import { command, isUrl } from '../line/paste.ts'
import { checkpointFiles, exists } from './folder.ts'
import { ifThere } from './there.ts'

/** Where a model is. */
export interface ModelPlace {
  /** The ONNX file. */
  path: string
  /** The folder of the run that left it there. */
  run?: string
  /** It is a model of TensorFlow.js instead. */
  tfjs?: true
}

/**
 * The ONNX file that is meant: itself, or the one in a run's folder; undefined where it is another kind of model. What a killed process had begun to swap in is
 * finished first.
 */
export async function findModel(source: string): Promise<ModelPlace | undefined> {
  const there = isUrl(source) ? undefined : await ifThere(stat(source))
  if (!isUrl(source)) await settle(there?.isDirectory() ? source : dirname(source))
  if (!there?.isDirectory()) return /\.onnx$/i.test(source) ? { path: source } : undefined
  const path = join(source, 'model.onnx')
  return (await exists(path)) ? { path, run: source } : undefined
}

/** The ONNX file that an argument means: any file, or the one in a run's folder. Throws a JobError for a folder without one. */
export async function modelAt(source: string): Promise<ModelPlace> {
  const place = await findModel(source)
  if (place) return place
  const there = await ifThere(stat(source))
  if (!there?.isDirectory()) return { path: source }
  const isWaiting = await exists(join(source, checkpointFiles.record))
  throw new JobError(
    `${source}: expected an ONNX file or a run folder, found a folder without model.onnx`,
    isWaiting
      ? `finish its training first: ${command('resume', source)}`
      : 'name a .onnx, or the folder of a finished run',
    { code: 'CLI_MODEL_MISSING', params: { file: source, isInterrupted: isWaiting } },
  )
}

/** The file's bytes. */
export async function readModel(path: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(path))
}

/** Does something with a model's bytes; what is wrong with them is told with the file's name. */
export async function withName<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error
    const { offset } = error
    const place = { file: path, ...(offset !== undefined && { offset }) }
    const params = { ...place, reason: error.message }
    throw Object.assign(
      new JobError(`${path}: ${error.message}`, undefined, { code: 'CLI_MODEL_DAMAGED', params }),
      place,
    )
  }
}
