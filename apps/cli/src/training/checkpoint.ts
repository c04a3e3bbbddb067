import { createHash } from 'node:crypto'
import { availableParallelism, cpus } from 'node:os'
import type { PixelTable } from '@pixelrow/data'
import type { Origin } from '@pixelrow/files'
import type { EpochRecord, FitOptions } from '@pixelrow/train'
import type { Context } from '../context.ts'
import { checkpointFiles, type RunFolder } from '../files/folder.ts'
import { type Call, callOf, isCall } from '../files/record.ts'
import { reportError } from '../line/errors.ts'
import { absolute } from '../line/paste.ts'
import { packageVersions } from '../versions.ts'
import type { Fingerprint } from './fingerprint.ts'
import type { Identity } from './identity.ts'
import { type JobOptions, withoutSurroundings } from './options.ts'
import type { Outcome } from './outcome.ts'

/** What resume.json says: all that a training needs to go on as if it had never stopped. */
export interface ResumeRecord {
  format: typeof format
  command: 'run' | 'train'
  /** The command's arguments; paths are absolute. */
  arguments: string[]
  /** What was asked for, and what was settled since; paths are absolute. */
  flags: JobOptions
  /** What was asked for, as far as it decides what is trained; not in records of older versions. */
  asked?: object
  /** The call that began it. */
  call?: Call
  seed: number
  threads: number
  /** The processor's name: another kind may round otherwise. */
  processor: string
  versions: Record<string, string>
  data: Fingerprint
  standing: Standing
  /** Of checkpoint.safetensors. */
  checkpoint: { bytes: number; sha256: string }
}

export const format = 2

/** How far a job is. */
export interface Standing {
  /**
   * Of one model: 1 is the training that is validated, or the only one; 2 is the second one, on all rows. Of an ensemble: the member's
   * number.
   */
  phase: number
  /** Spent on this phase. */
  seconds: number
  /** What was trained before it. */
  first?: Before
}

/** The trainings before the one under way. */
export interface Before {
  history: EpochRecord[]
  seconds: number
  outcomes: Outcome[]
}

/** A training that goes on. */
export interface Resumed {
  record: ResumeRecord
  checkpoint: Uint8Array
  /** Where it is to go on, if not where it was. */
  device?: string | undefined
  /** Refuses a table that is not the one that the training began with. */
  requireSame(table: PixelTable, path: string): void
}

/** What one of a job's trainings must do to be resumable. */
export interface Phase {
  /** For `fit`. */
  options: Pick<FitOptions, 'resume' | 'device' | 'onCheckpoint' | 'onStep'>
  /** Spent on it so far, interruptions left out. */
  seconds(): number
}

/** Keeps a job resumable. */
export interface Keeper {
  /** Where the job stood when it was interrupted. */
  from?: Standing
  begin(phase: Standing['phase'], first?: Standing['first']): Phase
  /** Refuses a folder in which the members of an ensemble have no place. */
  requireMembers(count: number): Promise<void>
  /** Keeps a finished member of an ensemble in the folder, until everything is written. */
  saveMember(number: number, model: Uint8Array): Promise<void>
  /** A member that was finished before the interruption; undefined where there is none. */
  loadMember(number: number): Promise<Uint8Array | undefined>
  /** To be called when the job ends early: after a Ctrl-C it leaves the last checkpoint, where there is one. */
  leave(): Promise<void>
  /** To be called when everything is written: swaps it in, in place of what was there and of the checkpoint. */
  finish(from: Origin): Promise<void>
}

/** What a job trains. */
export interface Job {
  paths: readonly string[]
  /** With what was settled. */
  flags: JobOptions
  identity: Identity
}

/** At most so often a checkpoint is written while training goes on, for the case of a power cut. */
function interval(): number {
  const seconds = Number.parseFloat(process.env.PIXELROW_CHECKPOINT_SECONDS ?? '')
  return 1000 * (seconds >= 0 ? seconds : 30)
}

/** Writes a job's checkpoints into its folder: the last one after a Ctrl-C, and one now and then at an epoch's end. */
export function keepCheckpoints(context: Context, folder: RunFolder, job: Job, resumed?: Resumed): Keeper {
  const { terminal, signal } = context
  const from = resumed?.record.standing
  let latest: { standing: Standing; checkpoint: Uint8Array } | undefined
  let last = performance.now()
  let writing: Promise<void> | undefined
  const call = firstCall(context, resumed)

  const write = async ({ standing, checkpoint }: NonNullable<typeof latest>) => {
    await folder.writeCheckpoint(checkpoint, recordText({ ...job, call }, standing, checkpoint))
    context.resume = folder.path
  }
  const complain = (error: unknown) => {
    last = Number.POSITIVE_INFINITY
    terminal.complain(`No checkpoint can be written to ${folder.path} (${reportError(error).message})`)
  }
  const writeNowAndThen = () => {
    if (writing || !latest || performance.now() - last < interval()) return
    last = performance.now()
    writing = write(latest)
      .catch(complain)
      .finally(() => {
        writing = undefined
      })
  }

  return {
    ...(from && { from }),
    begin(phase, first) {
      const earlier = from?.phase === phase ? from.seconds : 0
      const began = performance.now()
      const seconds = () => earlier + (performance.now() - began) / 1000
      // Before the very first step there is nothing to go on from.
      let worthIt = phase > 1 || from !== undefined
      return {
        seconds,
        options: {
          ...(from?.phase === phase && { resume: resumed!.checkpoint, device: resumed!.device ?? 'auto' }),
          onStep: () => {
            worthIt = true
          },
          onCheckpoint: (checkpoint) => {
            if (!worthIt) return
            latest = { standing: { phase, seconds: seconds(), ...(first && { first }) }, checkpoint }
            if (!signal.aborted) writeNowAndThen()
          },
        },
      }
    },
    requireMembers: folder.requireMembers,
    saveMember: folder.saveMember,
    async loadMember(number) {
      return number < (from?.phase ?? 0) ? folder.loadMember(number) : undefined
    },
    async leave() {
      await writing
      if (signal.aborted && latest) await write(latest).catch(complain)
      // Without a checkpoint nobody goes on from them. Those that do not go now go with the next results; why the job ended matters more.
      if (!context.resume) return folder.removeMembers().catch(() => {})
      const { record, checkpoint } = checkpointFiles
      context.kept.push(folder.file(checkpoint), folder.file(record))
    },
    async finish(origin) {
      await writing
      await folder.finish(origin)
      // Whatever comes after it, there is nothing to go on with.
      latest = undefined
      delete context.resume
    },
  }
}

/** The call that began a training. */
export function firstCall(context: Context, resumed?: Resumed): Call {
  const call = resumed?.record.call
  return isCall(call) ? call : callOf(context)
}

function recordText(
  { paths, flags, identity, call }: Job & { call: Call },
  standing: Standing,
  checkpoint: Uint8Array,
): string {
  const { data, labels: table } = flags
  const record: ResumeRecord = {
    format,
    command: identity.command,
    arguments: paths.map(absolute),
    flags: {
      ...withoutSurroundings(flags),
      ...(data !== undefined && { data: absolute(data) }),
      ...(table !== undefined && { labels: absolute(table) }),
    },
    asked: identity.asked,
    call,
    seed: flags.seed,
    threads: flags.threads ?? availableParallelism(),
    processor: processor(),
    versions: packageVersions(),
    data: identity.train(),
    standing,
    checkpoint: { bytes: checkpoint.length, sha256: sha256(checkpoint) },
  }
  return `${JSON.stringify(record, null, 2)}\n`
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The name of the machine's processor, as far as it is known. */
export function processor(): string {
  return cpus()[0]?.model.trim() || process.arch
}
