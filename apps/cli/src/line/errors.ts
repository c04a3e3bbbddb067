import { isAbsolute, resolve } from 'node:path'
import type { KaggleErrorCode } from '@pixelrow/kaggle'
import { CodedError } from '../../../../common/error.ts'
import { systemCode, systemReason, wordsFor } from '../../../../common/system.ts'
import type { CliErrorCode } from './error-codes.ts'
import { fixOf, type Takes } from './sentences.ts'

/** What an error says as data: its code, and what its sentence is made of. Kaggle's errors keep their codes where they get a command that helps. */
export interface ErrorData {
  code: CliErrorCode | KaggleErrorCode
  params?: Readonly<Record<string, unknown>>
}

/** What both errors of the command have; `fix` is a command or a hint that helps. */
export class CommandError extends CodedError<ErrorData['code']> {
  static override readonly kind: string = 'CommandError'

  constructor(
    message: string,
    readonly fix: string | undefined,
    data: ErrorData,
  ) {
    super(message, data)
  }
}

/** A call that cannot be understood: exit code 2. */
export class UsageError extends CommandError {
  static override readonly kind: string = 'UsageError'
}

/** Work that cannot be done as asked, through no bug of ours: exit code 1. */
export class JobError extends CommandError {
  static override readonly kind: string = 'JobError'
}

/** All is done that can be done now, and the result is not there yet: exit code 3. */
export class PendingError extends JobError {
  static override readonly kind: string = 'PendingError'
}

/** Where other packages' errors say what is wrong; `fix` comes from ours. */
const carried = ['file', 'row', 'column', 'offset', 'found', 'expected', 'fix'] as const

/** What `--json` prints of an error: its message, the same as data, and what it says of the place. */
export type ErrorReport = { message: string; code: string; params: Readonly<Record<string, unknown>> } & Partial<
  Record<(typeof carried)[number], string | number>
>

/** What there is to say as data of an error that nobody here has thought of. */
function unexpected(name: string, reason: string | undefined): Pick<ErrorReport, 'code' | 'params'> {
  return { code: 'CLI_UNEXPECTED', params: { name, ...(reason !== undefined && { reason }) } }
}

/** What an error says that nobody here has thought of, with the path that the system gives with it. */
function sentenceOf(error: NodeJS.ErrnoException): string {
  return systemCode(error) && error.path ? `${error.path}: ${systemReason(error)}` : systemReason(error)
}

/** Puts any error into words for its reader: one sentence and, where known, the fix, in flags that the command `takes`. */
export function reportError(error: unknown, takes?: Takes): ErrorReport {
  if (!(error instanceof Error)) return { message: String(error), code: 'CLI_UNEXPECTED', params: {} }
  const { path } = error as NodeJS.ErrnoException
  const code = systemCode(error) ?? (error as NodeJS.ErrnoException).code
  const problem = code && path ? wordsFor(code) : undefined
  if (problem && path) {
    const place = code === 'ENOENT' && !isAbsolute(path) ? ` (looked for ${resolve(path)})` : ''
    const report = { message: `${path}: ${problem}${place}`, code: 'CLI_FILE', params: { file: path, reason: code } }
    return { ...report, file: path, ...(place && { fix: 'check the path' }) }
  }
  const fields = error as Partial<ErrorReport> & { advice?: string }
  const report: ErrorReport = {
    message: error instanceof CodedError ? error.sentence.trim() : sentenceOf(error),
    ...(code && fields.params ? { code, params: fields.params } : unexpected(error.name, code)),
  }
  for (const field of carried) if (fields[field] !== undefined) report[field] = fields[field]
  const fix = fixOf(fields, takes)
  return fix === undefined ? report : { ...report, fix }
}
