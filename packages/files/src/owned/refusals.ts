import { quoted } from '../../../../common/quoted.ts'
import { FileError } from '../error.ts'
import { isAtWork, type Owner } from './owner.ts'

/** Somebody else writes there: who, and the command that frees the place. */
export async function locked(place: string, lock: string, owner: Owner): Promise<FileError> {
  const { host, pid, since, by } = owner
  const here = (await isAtWork(owner.id)) === true
  const command = here ? endCommand(pid) : removeCommand(lock)
  const what = by === undefined ? '' : ` (${by})`
  return new FileError({
    code: 'FILES_LOCKED',
    params: { host, pid, since, ...(by !== undefined && { by }), command },
    file: place,
    problem: `process ${pid} on ${host}${what} writes there since ${since}`,
    advice: here
      ? `Wait for it, or end it: ${command}`
      : `Wait for it: a minute after it ends the place is free. If it is gone for certain: ${command}`,
  })
}

const endCommand = (pid: number): string => (process.platform === 'win32' ? `taskkill /PID ${pid} /F` : `kill ${pid}`)

const removeCommand = (lock: string): string =>
  process.platform === 'win32' ? `rmdir /s /q "${lock}"` : `rm -r ${quoted(lock)}`

/** A claim is gone under its owner: another has taken it over, or somebody has removed it. */
export const claimLost = (place: string, other?: Owner): FileError =>
  new FileError({
    code: 'FILES_CLAIM_LOST',
    file: place,
    problem: other
      ? 'another process has taken it over, as this one gave no sign of life for a minute'
      : 'cannot be written any more: it was removed, or its .pixelrow was, while this process wrote there',
    advice: 'Nothing more was written there: begin again.',
  })

/** Files that would be replaced and are not ours to replace; `shown` is the first. */
export function foreign(shown: string, files: readonly { name: string; state: string }[]): FileError {
  const names = files.map(({ name }) => name)
  const { state } = files[0]!
  const others = names.length > 1 ? ` (and ${names.slice(1).join(', ')})` : ''
  const what = state === 'changed' ? 'was changed since it was written' : 'was not written by pixelrow'
  return new FileError({
    code: 'FILES_FOREIGN',
    params: { names, state },
    file: shown,
    problem: `is there already and ${what}${others}, so it stays`,
    advice: 'Choose another name, move it away, or pass force.',
  })
}
