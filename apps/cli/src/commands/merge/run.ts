import { readFile } from 'node:fs/promises'
import { ExportError, fromOnnx, merge } from '@pixelrow/export'
import type { Model } from '@pixelrow/model'
import type { Context } from '../../context.ts'
import { requireApart } from '../../files/destination.ts'
import { modelAt } from '../../files/model.ts'
import { requireOpens } from '../../files/opened.ts'
import { claimModel, writeModel } from '../../files/passing.ts'
import { JobError, UsageError } from '../../line/errors.ts'
import { count, many } from '../../terminal/table.ts'
import type { MergeOptions } from './command.ts'

/** `pixelrow merge MODEL.onnx …`: one file that answers as the mean of several. */
export async function run(context: Context, flags: MergeOptions, ...sources: string[]): Promise<void> {
  const { terminal } = context
  const { out, testShift = 0 } = flags
  if (out === undefined)
    throw new UsageError('Where shall the merged model go?', 'add -o model.onnx', {
      code: 'CLI_OUTPUT_MISSING',
      params: { command: 'merge' },
    })
  const paths: string[] = []
  for (const source of sources) paths.push((await modelAt(source)).path)
  await requireApart([out], paths)
  await using output = await claimModel(context, out, { by: 'merge', force: flags.force })
  const models: Model[] = []
  for (const path of paths) models.push(await readModel(path))
  const bytes = merge(models, { shift: testShift })
  await requireOpens(out, bytes)
  await writeModel(context, paths, { out, bytes, output })
  terminal.json({ model: out, members: paths, testShift, bytes: bytes.length })
  terminal.result(`${out}: ${many(models.length, 'model')}, ${count(Math.ceil(bytes.length / 1000))} kB`)
}

async function readModel(path: string): Promise<Model> {
  const bytes = await readFile(path)
  try {
    return fromOnnx(bytes)
  } catch (error) {
    const { message } = error as Error
    const fix = error instanceof ExportError ? undefined : 'name model.onnx files that train or run has exported'
    throw new JobError(`${path}: ${message}`, fix, { code: 'CLI_MEMBER_UNREADABLE', params: { file: path } })
  }
}
