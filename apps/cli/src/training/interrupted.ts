import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { PixelTable } from '@pixelrow/data'
import type { Context } from '../context.ts'
import { checkpointFiles, exists, type RunFolder } from '../files/folder.ts'
import { has, isObject, parsed } from '../files/json.ts'
import { mostBytes } from '../files/record.ts'
import { ifThere } from '../files/there.ts'
import { JobError } from '../line/errors.ts'
import { type Flag, isValueOf } from '../line/flags/define.ts'
import { command, near } from '../line/paste.ts'
import { wordsAsGiven } from '../line/words.ts'
import { packageVersions } from '../versions.ts'
import { format, processor, type Resumed, type ResumeRecord, sha256 } from './checkpoint.ts'
import { difference, fingerprint } from './fingerprint.ts'
import { asAsked, type JobOptions, jobFlags } from './options.ts'

/** Refuses a path at which no interrupted training is. */
export async function requireInterrupted(path: string): Promise<void> {
  const there = await ifThere(stat(path))
  if (!there?.isDirectory()) {
    throw new JobError(
      `${path}: ${there ? 'that is a file, not a run folder' : 'no such folder'}`,
      await others(path),
      { code: 'CLI_TRAINING_MISSING', params: { path, reason: there ? 'file' : 'absent' } },
    )
  }
  if (await exists(join(path, checkpointFiles.record))) return
  throw (await exists(join(path, 'run.json')))
    ? new JobError(
        `${path} is finished: there is nothing to go on with`,
        'to train for longer, start anew with more --epochs',
        { code: 'CLI_TRAINING_MISSING', params: { path, reason: 'finished' } },
      )
    : new JobError(`${path} holds no interrupted training`, await others(path), {
        code: 'CLI_TRAINING_MISSING',
        params: { path, reason: 'other' },
      })
}

/** What to resume instead: the interrupted trainings in `runs`. */
async function others(path: string): Promise<string> {
  const names = await readdir('runs').catch(() => [])
  for (const name of names.sort((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10))) {
    const run = join('runs', name)
    if (run !== path && (await exists(join(run, checkpointFiles.record)))) return command('resume', run)
  }
  return 'name the folder that Ctrl-C left behind, or train anew: pixelrow run'
}

/** The record in a folder's resume.json, checked: anybody may have written it. */
export async function readRecord({ file }: Pick<RunFolder, 'file'>): Promise<ResumeRecord> {
  const path = file(checkpointFiles.record)
  const isOurs = (await stat(path)).size <= mostBytes
  const record = isOurs ? parsed(await readFile(path, 'utf8')) : undefined
  if (has(record, { format: 'number' }) && record.format !== format) throw otherFormat(path, record)
  if (isRecord(record)) return record
  throw new JobError(`${path} is damaged`, 'train anew, with --force if that is to be in this folder', {
    code: 'CLI_TRAINING_DAMAGED',
    params: { file: path, reason: 'damaged' },
  })
}

function otherFormat(path: string, { format: found, versions }: Record<string, unknown>): JobError {
  const writer = has(versions, { pixelrow: 'string' }) ? versions.pixelrow : 'of the version that wrote it'
  return new JobError(
    `${path} has format ${found}, this version reads ${format}`,
    `train anew, or go on with pixelrow ${writer}`,
    { code: 'CLI_TRAINING_VERSION', params: { path, name: 'format', expected: format, found } },
  )
}

/** Whether a record has all that is going to be asked of it. */
function isRecord(value: unknown): value is ResumeRecord {
  const isShaped = has(value, {
    ...{
      command: 'string',
      arguments: 'list',
      flags: 'object',
      seed: 'number',
      threads: 'number',
      processor: 'string',
    },
    ...{ versions: 'object', data: 'object', standing: 'object', checkpoint: 'object' },
  })
  return (
    isShaped &&
    (value.command === 'run' || value.command === 'train') &&
    areTexts(value.arguments) &&
    value.arguments.length === (value.command === 'train' ? 1 : 0) &&
    areFlags(value.flags) &&
    (value.asked === undefined || isObject(value.asked)) &&
    isCount(value.threads) &&
    areTexts(Object.values(value.versions as object)) &&
    isFingerprint(value.data) &&
    isStanding(value.standing) &&
    has(value.checkpoint, { bytes: 'number', sha256: 'string' })
  )
}

const areTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 1

/** Whether flags are such as a command line can set; what is no flag is what was settled since. */
function areFlags(value: unknown): boolean {
  if (!has(value, { recipe: 'string', seed: 'number', engine: 'string', device: 'string' })) return false
  // A device may be one that this machine's engines have not heard of: going on says so, and how to go on elsewhere.
  const { choice, wanted, device: _, ...flags } = value
  if (choice !== undefined && !isObject(choice)) return false
  if (wanted !== undefined && !(isObject(wanted) && areAllowed(wanted))) return false
  return areAllowed(flags)
}

const areAllowed = (flags: Record<string, unknown>): boolean =>
  Object.entries(flags).every(([name, value]) => Object.hasOwn(jobFlags, name) && isAllowed(name, value))

function isAllowed(name: string, value: unknown): boolean {
  const flag: Flag = jobFlags[name as keyof typeof jobFlags]
  if (!flag.repeated) return isValueOf(flag, value)
  return Array.isArray(value) && value.every((one) => isValueOf(flag, one))
}

const isFingerprint = (value: unknown): boolean =>
  has(value, {
    ...{ rows: 'number', shape: 'list', channelOrder: 'string', maxValue: 'number' },
    ...{ classes: 'list', sha256: 'string' },
  })

function isStanding(value: unknown): boolean {
  return (
    has(value, { phase: 'number', seconds: 'number' }) &&
    isCount(value.phase) &&
    (value.first === undefined || isBefore(value.first))
  )
}

const isBefore = (value: unknown): boolean =>
  has(value, { history: 'list', seconds: 'number', outcomes: 'list' }) &&
  (value.history as unknown[]).every(isEpoch) &&
  (value.outcomes as unknown[]).every(isOutcome)

const isEpoch = (value: unknown): boolean =>
  has(value, { epoch: 'number', trainLoss: 'number', learningRate: 'number', seconds: 'number' })

const isOutcome = (value: unknown): boolean =>
  has(value, { verdict: 'string', loss: 'object', measured: 'object' }) &&
  has(value.loss, { first: 'number', last: 'number', chance: 'number' }) &&
  has(value.measured, { on: 'string', rows: 'number', accuracy: 'number', mostFrequent: 'number' })

/** What an interrupted training goes on from. Refuses one that this version would not take to the same end. */
export async function resumedFrom(folder: RunFolder, record: ResumeRecord): Promise<Resumed> {
  requireVersions(folder.path, record)
  const checkpoint = await readCheckpoint(folder, record)
  return { record, checkpoint, requireSame: (table, file) => requireSame(table, file, folder.path, record) }
}

/** Says that it goes on, and that after another interruption it can again. */
export function tellResumed(context: Context, { path, file }: RunFolder, record: ResumeRecord): void {
  context.resume = path
  context.kept.push(file(checkpointFiles.checkpoint), file(checkpointFiles.record))
  context.terminal.note(`Going on with the interrupted ${record.command} in ${path}`)
  if (record.processor === processor()) return
  context.terminal.note(
    `It began on another processor (${record.processor}): the result may differ in the last bits from one in one go`,
  )
}

function requireSame(table: PixelTable, file: string, path: string, record: ResumeRecord): void {
  const found = difference(record.data, fingerprint(table))
  if (!found) return
  throw new JobError(
    `${file} is not what the training in ${path} began with: ${found}`,
    `put the old file back, or train anew: ${again(record)}`,
    { code: 'CLI_TRAINING_ROWS', params: { path, file, difference: found } },
  )
}

function requireVersions(path: string, record: ResumeRecord): void {
  const here = packageVersions()
  const name = Object.keys(here).find((key) => record.versions[key] !== here[key])
  if (!name) return
  throw new JobError(
    `${path} began with ${name} ${record.versions[name] ?? 'missing'}, here is ${here[name]}, which may train otherwise`,
    `install ${name} ${record.versions[name]} again, or train anew: ${again(record)}`,
    { code: 'CLI_TRAINING_VERSION', params: { path, name, expected: here[name], found: record.versions[name] } },
  )
}

/** The checkpoint that the record means; an older version may have been killed before it took its place. */
async function readCheckpoint({ file }: RunFolder, record: ResumeRecord): Promise<Uint8Array> {
  const { bytes, sha256: sum } = record.checkpoint
  const path = file(checkpointFiles.checkpoint)
  const [found, newer] = await Promise.all([path, file(checkpointFiles.next)].map((each) => ifThere(readFile(each))))
  const meant = [found, newer].find((each) => each && sha256(each) === sum)
  if (meant) return meant
  const reason = !found ? 'missing' : found.length === bytes ? 'damaged' : 'cut'
  const lengths = found && reason === 'cut' ? `: expected ${bytes} bytes, found ${found.length}` : ''
  throw new JobError(`${path} is ${reason}${lengths}`, `put the file back, or train anew: ${again(record)}`, {
    code: 'CLI_TRAINING_DAMAGED',
    params: { file: path, reason, expected: bytes, found: found?.length },
  })
}

/** The flags with paths as seen from here. */
export function hereFlags({ flags }: ResumeRecord): JobOptions {
  const { data, labels } = flags
  return {
    ...flags,
    ...(data !== undefined && { data: near(data) }),
    ...(labels !== undefined && { labels: near(labels) }),
  }
}

/** The command that does the whole job again. */
function again(record: ResumeRecord): string {
  return command(record.command, ...record.arguments.map(near), ...wordsAsGiven(jobFlags, asAsked(hereFlags(record))))
}
