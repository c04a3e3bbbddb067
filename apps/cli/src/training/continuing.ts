import { readManifest, stateOf } from '@pixelrow/files'
import type { Context } from '../context.ts'
import { checkpointFiles, exists, type RunFolder } from '../files/folder.ts'
import { has, jsonIn } from '../files/json.ts'
import { JobError } from '../line/errors.ts'
import type { Resumed, ResumeRecord } from './checkpoint.ts'
import { askedDifferences, decisive, differences, type Identity, type IdentityRecord } from './identity.ts'
import { readRecord, resumedFrom, tellResumed } from './interrupted.ts'
import { asAsked, type JobOptions } from './options.ts'
import { type Asked, failureOf, type JobOutcome, tellFailure } from './outcome.ts'

/** What --continue has: the folder, the command, and its flags. */
interface Call<T> {
  folder: RunFolder
  command: Identity['command']
  asked: T
}

/**
 * What the same command has left unfinished, to go on with, and the flags to do it with; undefined where nothing waits, or where with --force it is given
 * up. Refuses another training.
 */
export async function unfinished<T extends JobOptions>(
  context: Context,
  { folder, command, asked }: Call<T>,
): Promise<[T, Resumed] | undefined> {
  if (!(await exists(folder.file(checkpointFiles.record)))) return undefined
  const record = await readRecord(folder)
  const before = { command: record.command, asked: record.asked ?? decisive(asAsked(record.flags)) }
  const found = askedDifferences(before, { command, asked: decisive(asked) })
  if (found.length > 0 && asked.force) return undefined
  if (found.length > 0) throw other(folder.path, 'an interrupted training with other options', found)
  const resumed = await resumedFrom(folder, record)
  tellResumed(context, folder, record)
  return [flagsToGoOn(record, asked), resumed]
}

/** What decides the bits is as it was settled then; where the rows lie, and what becomes of the result, is as it is said now. */
function flagsToGoOn<T extends JobOptions>({ flags, threads }: ResumeRecord, asked: T): T {
  return { ...asked, ...flags, ...surroundingsOf(asked), threads }
}

function surroundingsOf({ out, json, quiet, yes, data, kaggle, submit, competition, message, wait }: JobOptions) {
  return { out, json, quiet, yes, data, kaggle, submit, competition, message, wait } as Partial<JobOptions>
}

/** What a finished run's run.json says. */
export type FinishedRecord = Record<string, unknown> & { outcome: JobOutcome }

/**
 * What run.json says where the same job is finished, and all it has left is as it was written but perhaps a submission; undefined where there is no
 * finished job, or where with --force it is given up. Refuses another one's.
 */
export async function finishedBy(
  folder: RunFolder,
  identity: Identity,
  force: boolean | undefined,
): Promise<FinishedRecord | undefined> {
  if (!(await exists(folder.file('run.json')))) return undefined
  const before = await madeFrom(folder)
  const found = before ? differences(before, identity) : ['it is not written down what it was made from']
  if (found.length > 0 && force) return undefined
  if (found.length > 0) throw other(folder.path, 'a finished run', found)
  const names = ['run.json', 'model.onnx', 'model.rows.bin', 'history.csv']
  const states = await Promise.all(names.map((name) => stateOf(folder.path, name)))
  if (states.some((state) => state !== 'whole')) return undefined
  const record = await jsonIn(folder.file('run.json'))
  return has(record, { outcome: 'object' }) ? (record as FinishedRecord) : undefined
}

/** Tells of a finished job once more, where this call had `done` nothing or little; a training that came to nothing has its exit code again. */
export function tellFinished(
  context: Context,
  { path, file }: RunFolder,
  { record, asked, done = 'nothing to do' }: { record: FinishedRecord; asked: Asked; done?: string | undefined },
): void {
  const { terminal } = context
  const failure = failureOf(record.outcome, asked)
  terminal.note(`${path} was finished by the same command on the same rows: ${done}`)
  terminal.json({ folder: path, model: file('model.onnx'), ...record, ...(failure && { failure }), isRepeated: true })
  terminal.result(file('model.onnx'))
  if (failure) tellFailure(context, path, failure)
}

async function madeFrom({ path }: RunFolder): Promise<IdentityRecord | undefined> {
  const { files } = await readManifest(path)
  const record = files['run.json']?.from?.options
  const isShaped = has(record, { command: 'string', asked: 'object', train: 'object' })
  return isShaped ? (record as unknown as IdentityRecord) : undefined
}

function other(path: string, what: string, found: readonly string[]): JobError {
  return new JobError(
    `${path} holds ${what}: ${found.join('; ')}`,
    'choose another folder with -o, or add --force to begin anew there',
    { code: 'CLI_TRAINING_OTHER', params: { path, differences: found } },
  )
}
