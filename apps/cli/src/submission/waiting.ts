import { submissionText } from '@pixelrow/data'
import type { RunFolder } from '../files/folder.ts'
import { classRule } from './check.ts'
import type { Frame } from './frame.ts'
import { readBack, submissionCheck } from './write.ts'

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
  const written = await folder.write('submission.csv', submissionText({ labels, classes, ids, header }))
  const expected = { header, idOf: (row: number) => ids[row], rows: ids.length, labels: classRule(classes) }
  const shown = folder.file('submission.csv')
  await readBack(written, { check: submissionCheck(shown, () => expected), shown })
  return written.path!
}
