// What the operating system's errors mean. The build copies this file into each package that reads or writes files.

/** The system's error as Node gives it; of some it knows the number alone. */
interface SystemError {
  code?: unknown
  errno?: unknown
  message?: unknown
}

/** Names of numbers that Node leaves as they are: those of Linux and of macOS. */
const unnamed: Record<string, string> = { '-116': 'ESTALE', '-70': 'ESTALE' }

const words: Record<string, string> = {
  ENOENT: 'no such file',
  EISDIR: 'that is a folder, not a file',
  ENOTDIR: 'a part of that path is a file, not a folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'that file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is used up',
  EFBIG: 'it is larger than a file may be here',
  EIO: 'the disk fails, or the terminal is closed',
  EEXIST: 'a file of that name is in the way',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EBUSY: 'another program uses it',
  ESTALE: 'its file server has lost sight of it',
  EXDEV: 'its folder lies on several disks',
  ENAMETOOLONG: 'its name is too long for this disk',
  ELOOP: 'its links lead in a circle',
}

/** The name of a system's error, such as `ENOENT`; undefined of any other error. */
export function systemCode(error: unknown): string | undefined {
  const { code, errno } = (error ?? {}) as SystemError
  if (typeof code !== 'string' || typeof errno !== 'number') return undefined
  return code.startsWith('Unknown system error') ? (unnamed[String(errno)] ?? `error ${-errno}`) : code
}

/** What an error says: of the system's in words, without the call and the path that Node puts behind them. */
export function systemReason(error: unknown): string {
  const code = systemCode(error)
  if (code !== undefined) return words[code] ?? `the system gives ${code}`
  const { message } = (error ?? {}) as SystemError
  return typeof message === 'string' ? message : String(error)
}

/** The words for a name of the system's errors, where there are some. */
export const wordsFor = (code: string): string | undefined => (Object.hasOwn(words, code) ? words[code] : undefined)
