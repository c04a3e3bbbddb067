import { addAbortSignal } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Context } from '../context.ts'
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
