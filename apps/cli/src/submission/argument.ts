import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { addAbortSignal } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { settle } from '@pixelrow/files'
import type { Context } from '../context.ts'
import { exists } from '../files/folder.ts'
import { JobError } from '../line/errors.ts'
import { command } from '../line/paste.ts'
import { standardInput, tableAt } from '../tables/argument.ts'
import { nameOf } from '../tables/place.ts'

/** A submission that is looked at: what errors call it, and its file or its bytes. */
export interface SubmissionFile {
  name: string
  source: string | Uint8Array
}

/** The submission that an argument means: a file, or all of standard input, since it is looked at more than once. */
export async function submissionAt({ signal }: Context, word: string, fix: string): Promise<SubmissionFile> {
  const name = nameOf(tableAt(word, fix))
  if (word !== standardInput) return { name, source: word }
  return { name, source: await buffer(addAbortSignal(signal, process.stdin)) }
}

/** The file that an argument means: itself, or the submission in a run's folder. */
export async function submissionIn(word: string): Promise<string> {
  if (word === standardInput) return word
  const there = await stat(word).catch(() => undefined)
  // What a killed process had begun to swap in is finished first.
  await settle(there?.isDirectory() ? word : dirname(word))
  if (!there?.isDirectory()) return word
  const file = join(word, 'submission.csv')
  if (await exists(file)) return file
  const model = join(word, 'model.onnx')
  const fix = (await exists(model))
    ? command('predict', model, 'test.csv', '-o', file)
    : 'name a submission, or the folder of a run that has one'
  throw new JobError(`${word}: expected a submission or a run folder, found a folder without submission.csv`, fix, {
    code: 'CLI_SUBMISSION_MISSING',
    params: { path: word },
  })
}
