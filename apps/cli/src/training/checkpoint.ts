import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import type { PixelTable } from '@pixelrow/data'
import { writeFileAtomic } from '@pixelrow/files'
import type { EpochRecord, FitOptions } from '@pixelrow/train'
import type { Context } from '../context.ts'
import { checkpointFiles, type RunFolder } from '../files/folder.ts'
import { type Call, callOf, isCall } from '../files/record.ts'
import { reportError } from '../line/errors.ts'
import { absolute } from '../line/paste.ts'
import { packageVersions } from '../versions.ts'
import { type Fingerprint, fingerprint } from './fingerprint.ts'
import type { JobOptions } from './options.ts'
import type { Outcome } from './outcome.ts'

/** What resume.json says: all that a training needs to go on as if it had never stopped. */
export interface ResumeRecord {
  format: typeof format
  command: 'run' | 'train'
  /** The command's arguments; paths are absolute. */
  arguments: string[]
  /** What was asked for; paths are absolute. */
  flags: JobOptions
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
  folder: RunFolder
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
  /** Keeps a finished member of an ensemble in the folder, until everything is written. */
  saveMember(number: number, model: Uint8Array): Promise<void>
  /** A member that was finished before the interruption; undefined where there is none. */
  loadMember(number: number): Promise<Uint8Array | undefined>
  /** To be called when the job ends early: after a Ctrl-C it leaves the last checkpoint, where there is one. */
  leave(): Promise<void>
  /** To be called when everything is written. */
  finish(): Promise<void>
}

/** What a job trains. */
export interface Job {
  command: ResumeRecord['command']
  paths: readonly string[]
  flags: JobOptions
  table: PixelTable
}

/** At most so often a checkpoint is written while training goes on, for the case of a power cut. */
function interval(): number {
  const seconds = Number.parseFloat(process.env.PIXELROW_CHECKPOINT_SECONDS ?? '')
  return 1000 * (seconds >= 0 ? seconds : 30)
}

/** Writes a job's checkpoints into its folder: the last one after a Ctrl-C, and one now and then at an epoch's end. */
export function keepCheckpoints(context: Context, folder: RunFolder, job: Job, resumed?: Resumed): Keeper {
  const { terminal, signal } = context
  const members = new Set<string>()
  const memberFile = (number: number) => folder.file(`member-${number}.onnx`)
  const from = resumed?.record.standing
  let latest: { standing: Standing; checkpoint: Uint8Array } | undefined
  let last = performance.now()
  let writing: Promise<void> | undefined
  let data = resumed?.record.data
  const call = firstCall(context, resumed)

  const write = async ({ standing, checkpoint }: NonNullable<typeof latest>) => {
    data ??= fingerprint(job.table)
    await folder.writeCheckpoint(checkpoint, recordText({ ...job, call }, data, standing, checkpoint))
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
    async saveMember(number, model) {
      await writeFileAtomic(memberFile(number), model)
      members.add(memberFile(number))
    },
    async loadMember(number) {
      if (number >= (from?.phase ?? 0)) return undefined
      members.add(memberFile(number))
      return readFile(memberFile(number))
    },
    async leave() {
      await writing
      if (signal.aborted && latest) await write(latest).catch(complain)
      if (!context.resume) {
        // Without a checkpoint nobody goes on from them.
        for (const file of members) await rm(file, { force: true })
        return
      }
      const { record, checkpoint } = checkpointFiles
      context.kept.push(folder.file(checkpoint), folder.file(record))
    },
    async finish() {
      await writing
      // Whatever comes after it, there is nothing to go on with.
      latest = undefined
      await folder.removeCheckpoint()
      for (const file of members) await rm(file, { force: true })
      delete context.resume
    },
  }
}

/** The call that began a training. */
export function firstCall(context: Context, resumed?: Resumed): Call {
  const call = resumed?.record.call
  return isCall(call) ? call : callOf(context)
}

function recordText(job: Job & { call: Call }, data: Fingerprint, standing: Standing, checkpoint: Uint8Array): string {
  const { command, paths, flags, call } = job
  // Consent to an upload is not kept: whoever goes on says so again.
  const { out: _, json: __, quiet: ___, yes: ____, ...asked } = flags
  const record: ResumeRecord = {
    format,
    command,
    arguments: paths.map(absolute),
    flags: { ...asked, ...(flags.data !== undefined && { data: absolute(flags.data) }) },
    call,
    seed: flags.seed,
    threads: flags.threads ?? availableParallelism(),
    processor: processor(),
    versions: packageVersions(),
    data,
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
