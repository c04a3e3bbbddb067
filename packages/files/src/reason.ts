import { dirname } from 'node:path'
import { isA } from '../../../common/kinds.ts'
import { systemCode, systemReason } from '../../../common/system.ts'
import { FileError } from './error.ts'

/** What was tried with which file. */
export interface Action {
  file: string
  action: 'read' | 'written' | 'created' | 'removed'
}

/** Turns the operating system's error into a FileError that says what to do; other errors stay what they are. */
export async function attempt<T>(work: Promise<T>, action: Action): Promise<T> {
  return work.catch((error: unknown) => {
    throw explained(error, action)
  })
}

/** An operating system's error about a file as a FileError that says what to do; any other error as it is. */
export function explained(error: unknown, { file, action }: Action): unknown {
  const code = codeOf(error)
  if (code === undefined || error instanceof FileError) return error
  const known = reasons[code]?.(file, action)
  const [reason, advice] = known ?? [systemReason(error), undefined]
  const problem = `cannot be ${action}: ${reason}`
  const params = { action, reason: code }
  return new FileError({ code: 'FILES_SYSTEM', params, file, problem, ...(advice && { advice }) }, { cause: error })
}

/** `ENOENT` and the like, for an error of the operating system. */
export function codeOf(error: unknown): string | undefined {
  const isSystemError = isA(error, 'Error') && 'syscall' in error && 'code' in error
  if (!isSystemError || typeof error.code !== 'string') return undefined
  return systemCode(error) ?? error.code
}

type Reason = (file: string, action: Action['action']) => [reason: string, advice: string]

const denied: Reason = (file, action) =>
  action === 'read'
    ? ['this user may not read it', 'Check its permissions.']
    : [`this user may not write in ${dirname(file)}`, 'Choose another folder, or change its permissions.']

const full: Reason = () => ['the disk is full', 'Free some space and try again.']

const tooMany: Reason = () => ['too many files are open', 'Close some, or raise the limit (ulimit -n).']

const reasons: Record<string, Reason> = {
  ENOENT: (file, action) =>
    action === 'read'
      ? ['there is no such file', 'Check the path.']
      : [`the folder ${dirname(file)} does not exist`, 'Create it, or check the path.'],
  ENOTDIR: (file) => [`a part of ${dirname(file)} is a file, not a folder`, 'Check the path.'],
  EEXIST: (file) => [`a part of ${file} is a file, not a folder`, 'Check the path.'],
  EISDIR: () => ['it is a folder', 'Pass the path of a file.'],
  EACCES: denied,
  EPERM: denied,
  EROFS: (file) => [`${dirname(file)} is on a read-only disk`, 'Choose another folder.'],
  ENOSPC: full,
  EDQUOT: () => ['your share of the disk is used up', 'Free some space and try again.'],
  EFBIG: () => ['it is larger than a file may be here', 'Raise the limit (ulimit -f), or use another disk.'],
  EBUSY: () => ['another program uses it', 'Close that program and try again.'],
  EMFILE: tooMany,
  ENFILE: tooMany,
  ENAMETOOLONG: () => ['its name is too long for this disk', 'Choose a shorter name.'],
  ELOOP: () => ['its links lead in a circle', 'Remove the link.'],
  EIO: () => ['the disk fails', 'Check the disk.'],
  ESTALE: () => ['its file server has lost sight of it', 'Try again.'],
}
