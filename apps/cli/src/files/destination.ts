import { realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { inputOf, type Origin } from '@pixelrow/files'
import type { Context } from '../context.ts'
import { JobError } from '../line/errors.ts'
import type { RunFolderOptions, TrainingOptions } from '../line/flags/training.ts'
import { command } from '../line/paste.ts'
import { findLabels, hasLabelsBeside } from '../tables/idx.ts'
import { checkpointFiles, createRunFolder, exists, type RunFolder, results } from './folder.ts'

/** A table's file, and the labels beside it. */
export async function inputsOf(path: string): Promise<string[]> {
  const labels = hasLabelsBeside(path) ? await findLabels(path) : undefined
  return labels ? [path, labels] : [path]
}

/** What an output is made from: of a folder or standard input nothing is written down but the flags. */
export async function originOf(path: string, options: readonly string[]): Promise<Origin> {
  const files = (await stat(path).catch(() => undefined))?.isFile() ? await inputsOf(path) : []
  return { inputs: await Promise.all(files.map((file) => inputOf(file))), options }
}

/** Refuses to write over what is read, also by another name or through a link. Each path is looked at once: there may be thousands. */
export async function requireApart(
  outputs: readonly string[],
  inputs: readonly (string | undefined)[],
  flag = '-o',
): Promise<void> {
  const read = new Map<string, string>()
  for (const input of inputs) for (const sign of input === undefined ? [] : await signsOf(input)) read.set(sign, input!)
  for (const output of outputs) {
    const input = (await signsOf(output)).map((sign) => read.get(sign)).find((each) => each !== undefined)
    if (input === undefined) continue
    const also = output === input ? '' : `, which is ${input},`
    throw new JobError(`${output}${also} is read here and would be written over`, `choose another file with ${flag}`, {
      code: 'CLI_OUTPUT_READ',
      params: { path: output, input },
    })
  }
}

/** Refuses a run folder whose files are among the inputs, or which is itself one. */
export async function requireFolderApart(out: string | undefined, inputs: readonly (string | undefined)[]) {
  if (out === undefined) return
  const names = [...results, ...Object.values(checkpointFiles)]
  await requireApart([out, ...names.map((name) => join(out, name))], inputs)
}

/**
 * The folder for a training's results, claimed; says so where they take the place of an earlier run's. An interrupted training in it is worth a question:
 * it is refused unless the flags say what is to become of it.
 */
export async function openDestination(
  { terminal }: Context,
  by: string,
  { out, recipe, force, continue: isContinued }: RunFolderOptions & Pick<TrainingOptions, 'recipe'>,
): Promise<RunFolder> {
  const folder = await createRunFolder(out, recipe, { by, force })
  if (isContinued) return folder
  try {
    if (!force) await requireNoneWaiting(folder)
    if (await exists(folder.file('run.json'))) terminal.note(`Replaces the run in ${folder.path}`)
    return folder
  } catch (error) {
    await folder[Symbol.asyncDispose]()
    throw error
  }
}

async function requireNoneWaiting({ path, file }: RunFolder): Promise<void> {
  if (!(await exists(file(checkpointFiles.record)))) return
  throw new JobError(
    `${path} holds an interrupted training`,
    `go on with it: ${command('resume', path)}, or this command with --continue; to begin anew, add --force, or choose another folder with -o`,
    { code: 'CLI_TRAINING_WAITING', params: { path } },
  )
}

/** What paths that lead to one file have in common; nothing of one that leads nowhere. */
async function signsOf(path: string): Promise<string[]> {
  try {
    const [{ dev, ino }, real] = await Promise.all([stat(path, { bigint: true }), realpath(path)])
    // Names in other case, on disks that do not tell them apart, have the same number; some disks number nothing.
    return [real, ...(ino ? [`${dev}:${ino}`] : [])]
  } catch {
    return []
  }
}
