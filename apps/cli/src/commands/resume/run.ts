import { readdir, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { PixelTable } from '@pixelrow/data'
import type { Context } from '../../context.ts'
import { checkpointFiles, exists, openRunFolder } from '../../files/folder.ts'
import { JobError, UsageError } from '../../line/errors.ts'
import { kaggleFlags } from '../../line/flags/kaggle.ts'
import { command, near } from '../../line/paste.ts'
import { wordsAsGiven } from '../../line/words.ts'
import { format, processor, type Resumed, type ResumeRecord, sha256 } from '../../training/checkpoint.ts'
import { difference, fingerprint } from '../../training/fingerprint.ts'
import { asAsked, type JobOptions, jobFlags } from '../../training/options.ts'
import { packageVersions } from '../../versions.ts'
import type { ResumeOptions } from './command.ts'

/** `pixelrow resume RUN`: goes on with an interrupted `run` or `train`, to the result that it would have had. */
export async function run(context: Context, { json, quiet, yes, device }: ResumeOptions, path: string): Promise<void> {
  const record = await readRecord(path)
  if (yes && !record.flags.submit)
    throw new UsageError(
      `resume has no use for --yes: the ${record.command} in ${path} submits nothing`,
      'leave --yes away',
      {
        code: 'CLI_FLAG_UNUSED',
        params: { command: 'resume', flag: '--yes', needed: ['--submit'] },
      },
    )
  requireVersions(path, record)
  const checkpoint = await readCheckpoint(path, record)
  const folder = await openRunFolder(path)
  context.resume = path
  context.kept.push(folder.file(checkpointFiles.checkpoint), folder.file(checkpointFiles.record))
  const { terminal } = context
  terminal.note(`Going on with the interrupted ${record.command} in ${path}`)
  if (record.processor !== processor()) {
    terminal.note(
      `It began on another processor (${record.processor}): the result may differ in the last bits from one in one go`,
    )
  }
  const flags = { ...hereFlags(record), json, quiet, yes, threads: record.threads }
  const resumed: Resumed = {
    folder,
    record,
    checkpoint,
    device,
    requireSame: (table, file) => requireSame(table, file, path, record),
  }
  // What a record does not say of Kaggle, `run` takes for granted.
  const usual = { competition: kaggleFlags.competition.default, wait: kaggleFlags.wait.default }
  if (record.command === 'run')
    await (await import('../run/run.ts')).trainAndPredict(context, { ...usual, ...flags }, resumed)
  else await (await import('../train/run.ts')).train(context, flags, { path: near(record.arguments[0]!), resumed })
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

/** The flags with paths as seen from here. */
function hereFlags({ flags }: ResumeRecord): JobOptions {
  return { ...flags, ...(flags.data !== undefined && { data: near(flags.data) }) }
}

/** The command that does the whole job again. */
function again(record: ResumeRecord): string {
  return command(record.command, ...record.arguments.map(near), ...wordsAsGiven(jobFlags, asAsked(hereFlags(record))))
}

async function readRecord(path: string): Promise<ResumeRecord> {
  const there = await stat(path).catch(() => undefined)
  if (!there?.isDirectory()) {
    throw new JobError(
      `${path}: ${there ? 'that is a file, not a run folder' : 'no such folder'}`,
      await others(path),
      { code: 'CLI_TRAINING_MISSING', params: { path, reason: there ? 'file' : 'absent' } },
    )
  }
  const file = join(path, checkpointFiles.record)
  if (!(await exists(file))) {
    const finished = await exists(join(path, 'run.json'))
    throw finished
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
  const record = parse(await readFile(file, 'utf8'))
  if (!record)
    throw new JobError(`${file} is damaged`, 'train anew', {
      code: 'CLI_TRAINING_DAMAGED',
      params: { file, reason: 'damaged' },
    })
  if (record.format === format) return record
  throw new JobError(
    `${file} has format ${record.format}, this version reads ${format}`,
    `train anew, or go on with pixelrow ${record.versions?.pixelrow ?? 'of the version that wrote it'}`,
    { code: 'CLI_TRAINING_VERSION', params: { path, name: 'format', expected: format, found: record.format } },
  )
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

/** The record in a JSON text; undefined where it is none. Another format is let through, to be told so. */
function parse(text: string): ResumeRecord | undefined {
  try {
    const record = JSON.parse(text) as ResumeRecord
    if (typeof record.format === 'number' && record.format !== format) return record
    const { command: name, arguments: paths, flags, threads, data, standing, checkpoint, versions } = record
    const whole =
      (name === 'run' || (name === 'train' && typeof paths[0] === 'string')) &&
      Number.isInteger(threads) &&
      [flags, data, standing, checkpoint, versions].every((part) => typeof part === 'object' && part !== null)
    return whole ? record : undefined
  } catch {
    return undefined
  }
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

/** The checkpoint that the record means, moved to its place where a kill kept it from there. */
async function readCheckpoint(path: string, record: ResumeRecord): Promise<Uint8Array> {
  const { bytes, sha256: sum } = record.checkpoint
  const file = join(path, checkpointFiles.checkpoint)
  const next = join(path, checkpointFiles.next)
  const newer = await readFile(next).catch(() => undefined)
  if (newer && sha256(newer) === sum) {
    await rename(next, file)
    return newer
  }
  const found = await readFile(file).catch(() => undefined)
  if (found && sha256(found) === sum) return found
  const reason = !found ? 'missing' : found.length === bytes ? 'damaged' : 'cut'
  const lengths = found && reason === 'cut' ? `: expected ${bytes} bytes, found ${found.length}` : ''
  throw new JobError(`${file} is ${reason}${lengths}`, `put the file back, or train anew: ${again(record)}`, {
    code: 'CLI_TRAINING_DAMAGED',
    params: { file, reason, expected: bytes, found: found?.length },
  })
}
