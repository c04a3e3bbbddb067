import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Classifier, load } from '@pixelrow/infer-node'
import { inputsOf, requireApart } from '../files/destination.ts'
import { UsageError } from '../line/errors.ts'
import type { Flags } from '../line/flags.ts'
import type { Context } from '../main.ts'
import { isStreaming, predictMany } from '../predicting/many.ts'
import { findSample, frameOf } from '../submission/frame.ts'
import { writeChecked } from '../submission/write.ts'
import { readLike, requireOrder } from '../tables/reading.ts'
import { count, many } from '../terminal/table.ts'

/** `pixelrow predict MODEL.onnx TEST.csv`: classifies the rows of a CSV into a submission, or many files into a folder. */
export async function predict(context: Context, flags: Flags, model: string, paths: readonly string[]): Promise<void> {
  const [path] = paths as [string]
  requireOrder('predict', flags, model, path)
  if (await isStreaming(flags, paths)) return predictMany(context, flags, model, paths)
  const out = destination(flags, path)
  if (out !== undefined && out !== '-') {
    await requireApart([out], [model, ...(await inputsOf(path)), await findSample(path)])
  }
  const classifier = await load(model, { device: flags.device, threads: flags.threads })
  try {
    await predictWith(context, flags, classifier, { model, path, out })
  } finally {
    await classifier.close()
  }
}

/** The file for the submission, `-` for standard output, or nothing where `--json` holds the labels. */
function destination({ out, json }: Flags, path: string): string | undefined {
  if (out === '-' && json) {
    throw new UsageError(
      '--json and --out - both want standard output',
      'leave --out away: the object holds the labels then',
    )
  }
  if (out !== undefined || json) return out
  if (!process.stdout.isTTY) return '-'
  throw new UsageError(`Where shall the submission for ${path} go?`, 'add -o submission.csv, or -o - to see it here')
}

interface Paths {
  model: string
  path: string
  out: string | undefined
}

async function predictWith(context: Context, flags: Flags, classifier: Classifier, { model, path, out }: Paths) {
  const { terminal, signal } = context
  const { classes, device } = classifier
  terminal.note(`Reading ${path}`)
  const table = await readLike(context, path, flags, classifier, { label: false })
  const sample = await findSample(path)
  const frame = await frameOf(table, path, sample === undefined ? sample : { name: sample, source: sample })
  if (sample) terminal.note(`Ids and header as in ${sample}`)
  const onProgress = (rows: number) => terminal.transient(`predicting ${count(rows)} of ${many(table.rows, 'row')}`)
  const { labels } = await classifier.predict(table.pixels, { signal, onProgress })
  signal.throwIfAborted()
  const write = (file: string) => writeChecked(file, frame, labels, classes)
  if (out === '-') await terminal.raw(await throughFile(write))
  else if (out !== undefined) {
    await mkdir(dirname(out), { recursive: true })
    await write(out)
    terminal.result(`${out}: ${many(table.rows, 'row')}, checked`)
  }
  const inPlace = out === undefined && {
    ids: frame.ids,
    labels: Array.from(frame.rows, (row) => classes[labels[row]!]),
  }
  terminal.json({ model, rows: table.rows, device, classes, ...(out !== undefined && { submission: out }), ...inPlace })
}

/** The text of a file that is written for this alone: what goes to a pipe is checked like what goes to a file. */
async function throughFile(write: (path: string) => Promise<void>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pixelrow-'))
  try {
    const path = join(folder, 'submission.csv')
    await write(path)
    return await readFile(path, 'utf8')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
