import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import type { Classifier, LoadedClassifier } from '@pixelrow/infer-node'
import { JobError } from '../line/errors.ts'
import type { ClassifyingOptions } from '../line/flags/classifying.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { loadOn } from './device.ts'

/**
 * Several workers of few threads each: while this thread reads rows, runs on the others never wait for one another, as the threads of one run
 * would. Each holds a model, so there are no more than four.
 */
export function loadForMany(
  path: string,
  { device, threads = availableParallelism() }: ClassifyingOptions,
): Promise<LoadedClassifier> {
  const workers = Math.min(threads, 4)
  return loadOn(path, { device, workers, threads: Math.floor(threads / workers) })
}

/** Says so where nobody has named a model's classes, and they are numbered by their places. */
export function tellNumbering(terminal: Terminal, model: string, { classes, classesFrom }: Classifier): void {
  if (classesFrom !== 'numbering') return
  terminal.note(`${model} does not name its classes: they are numbered by their places, 0 to ${classes.length - 1}`)
}

/** A model's bytes, for its sum. */
export async function readModel(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? new JobError(`${path}: expected an ONNX model, found no such file`, 'check the path', {
          code: 'CLI_MODEL_MISSING',
          params: { file: path },
        })
      : error
  })
}
