import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { submissionText } from '@pixelrow/data'
import type { RunFolder } from '../files/folder.ts'
import { classRule } from './check.ts'
import type { Frame } from './frame.ts'
import { notAsWritten, submissionCheck } from './write.ts'

/** What the rows of a test table are. */
export interface Predicted {
  labels: Uint16Array
  classes: readonly string[]
}

/**
 * Writes the class of each row in the frame's order as one of a folder's results, reads the file back and checks it before anybody sees it. Gives
 * where it lies until then.
 */
export async function writeChecked(folder: RunFolder, frame: Frame, predicted: Predicted): Promise<string> {
  const { header, ids, rows } = frame
  const { classes } = predicted
  const labels = Uint16Array.from(rows, (row) => predicted.labels[row]!)
  const { path, sha256 } = await folder.write('submission.csv', submissionText({ labels, classes, ids, header }))
  const expected = { header, idOf: (row: number) => ids[row], rows: ids.length, labels: classRule(classes) }
  const name = folder.file('submission.csv')
  const hash = createHash('sha256')
  await submissionCheck(name, () => expected)(hashed(createReadStream(path!), hash))
  if (hash.digest('hex') !== sha256) throw notAsWritten(name, 'the bytes that were written', 'others')
  return path!
}

async function* hashed(bytes: AsyncIterable<Uint8Array>, hash: { update(part: Uint8Array): unknown }) {
  for await (const part of bytes) {
    hash.update(part)
    yield part
  }
}
