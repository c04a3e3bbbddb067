import { rm } from 'node:fs/promises'
import { readSubmission, writeSubmission } from '@pixelrow/data'
import { JobError } from '../line/errors.ts'
import { firstWrong } from './check.ts'
import type { Frame } from './frame.ts'

/** Writes the class of each row in the frame's order, reads the file back and checks it; a file that fails is removed. */
export async function writeChecked(
  path: string,
  frame: Frame,
  predicted: Uint16Array,
  classes: readonly string[],
): Promise<void> {
  const labels = Uint16Array.from(frame.rows, (row) => predicted[row]!)
  await writeSubmission(path, { labels, classes, ids: frame.ids, header: frame.header })
  try {
    const wrong = firstWrong(await readSubmission(path), { ...frame, classes })
    if (!wrong) return
    const { row, expected, found } = wrong
    throw new JobError(
      `${path} row ${row + 1}: expected ${expected}, found ${found}`,
      'this is a bug in pixelrow: please report it',
    )
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}
