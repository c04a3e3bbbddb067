import { isAbsolute, resolve } from 'node:path'
import { CodedError } from '../../../../common/error.ts'
import { fixOf, type Takes } from './sentences.ts'

/** What an error says as data: `CLI_SAMPLE_ROWS` and the like, and what its sentence is made of. */
export interface ErrorData {
  code: `CLI_${string}`
  params: Readonly<Record<string, unknown>>
}

/** What both errors of the command have. */
class CommandError extends Error {
  readonly code?: string
  readonly params?: Readonly<Record<string, unknown>>

  constructor(
    message: string,
    readonly fix?: string,
    data?: ErrorData,
  ) {
    super(message)
    if (data) Object.assign(this, data)
  }
}

/** A call that cannot be understood: exit code 2. `fix` is a command or a hint that helps. */
export class UsageError extends CommandError {
  override name = 'UsageError'
}

/** Work that cannot be done as asked, through no bug of ours: exit code 1. `fix` says what to do about it. */
export class JobError extends CommandError {
  override name = 'JobError'
}

/** All is done that can be done now, and the result is not there yet: exit code 3. */
export class PendingError extends JobError {
  override name = 'PendingError'
}

/** Where other packages' errors say what is wrong; `fix` comes from ours. */
const carried = ['file', 'row', 'column', 'offset', 'found', 'expected', 'fix'] as const

/** What `--json` prints of an error: its message, and what it says of the place. */
export type ErrorReport = { message: string; code?: string; params?: Readonly<Record<string, unknown>> } & Partial<
  Record<(typeof carried)[number], string | number>
>

/** Node's codes for what can go wrong with a file, in words. */
const fileProblems: Record<string, string> = {
  ENOENT: 'no such file',
  EISDIR: 'that is a folder, not a file',
  ENOTDIR: 'a part of that path is a file, not a folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'that file system is read-only',
  ENOSPC: 'the disk is full',
  EEXIST: 'a file of that name is in the way',
}

/** Puts any error into words for its reader: one sentence and, where known, the fix, in flags that the command `takes`. */
export function reportError(error: unknown, takes?: Takes): ErrorReport {
  if (!(error instanceof Error)) return { message: String(error) }
  const { code, path } = error as NodeJS.ErrnoException
  const problem = code && path ? fileProblems[code] : undefined
  if (problem && path) {
    const place = code === 'ENOENT' && !isAbsolute(path) ? ` (looked for ${resolve(path)})` : ''
    return { message: `${path}: ${problem}${place}`, file: path, ...(place && { fix: 'check the path' }) }
  }
  const report: ErrorReport = { message: error instanceof CodedError ? error.sentence.trim() : error.message }
  const fields = error as ErrorReport & Error & { advice?: string }
  for (const field of carried) if (fields[field] !== undefined) report[field] = fields[field]
  if (fields.code && fields.params) Object.assign(report, { code: fields.code, params: fields.params })
  const fix = fixOf(fields, takes)
  return fix === undefined ? report : { ...report, fix }
}
