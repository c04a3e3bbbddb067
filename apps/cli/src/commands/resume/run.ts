import { settle } from '@pixelrow/files'
import type { Context } from '../../context.ts'
import { openRunFolder } from '../../files/folder.ts'
import { UsageError } from '../../line/errors.ts'
import { kaggleFlags } from '../../line/flags/kaggle.ts'
import { near } from '../../line/paste.ts'
import type { ResumeRecord } from '../../training/checkpoint.ts'
import { hereFlags, readRecord, requireInterrupted, resumedFrom, tellResumed } from '../../training/interrupted.ts'
import type { ResumeOptions } from './command.ts'

/** `pixelrow resume RUN`: goes on with an interrupted `run` or `train`, to the result that it would have had. */
export async function run(context: Context, options: ResumeOptions, path: string): Promise<void> {
  await settle(path)
  await requireInterrupted(path)
  await using folder = await openRunFolder(path, { by: 'resume', force: options.force })
  // Another process may have finished it before this one had the folder.
  await requireInterrupted(path)
  const record = await readRecord(folder)
  requireUse(options, path, record)
  const resumed = { ...(await resumedFrom(folder, record)), device: options.device }
  tellResumed(context, folder, record)
  const { json, quiet, yes } = options
  const flags = { ...hereFlags(record), json, quiet, yes, threads: record.threads }
  // What a record does not say of Kaggle, `run` takes for granted.
  const usual = { competition: kaggleFlags.competition.default, wait: kaggleFlags.wait.default }
  if (record.command === 'run')
    await (await import('../run/run.ts')).trainAndPredict(context, { ...usual, ...flags }, { folder, resumed })
  else
    await (await import('../train/run.ts')).train(context, flags, { path: near(record.arguments[0]!), folder, resumed })
}

function requireUse({ yes }: ResumeOptions, path: string, record: ResumeRecord): void {
  if (!yes || record.flags.submit) return
  throw new UsageError(
    `resume has no use for --yes: the ${record.command} in ${path} submits nothing`,
    'leave --yes away',
    { code: 'CLI_FLAG_UNUSED', params: { command: 'resume', flag: '--yes', needed: ['--submit'] } },
  )
}
