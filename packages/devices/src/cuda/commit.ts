import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const mark = Buffer.from('git-commit-id=')
/** What a commit's digits take, and the character after them. */
const longest = 41

/**
 * Looks for the commit that onnxruntime's library says it was built from (`git-commit-id=f2c39fe2f`), in bytes that come one after the
 * other. Gives it as soon as it was seen.
 */
export function commitFinder(): (bytes: Uint8Array) => string | undefined {
  let before: Uint8Array = Buffer.alloc(0)
  return (bytes) => {
    const all = Buffer.concat([before, bytes])
    // What begins at the very end is found whole with the next bytes.
    before = all.subarray(-(mark.length + longest))
    for (let at = all.indexOf(mark); at >= 0; at = all.indexOf(mark, at + 1)) {
      const text = all.toString('latin1', at + mark.length, at + mark.length + longest)
      const [, commit] = /^([0-9a-f]{7,40})[^0-9a-f]/.exec(text) ?? []
      if (commit) return commit
    }
    return undefined
  }
}

const known = new Map<string, string | undefined>()

/** The commit that a library of onnxruntime was built from; undefined where it says none. A file is read once a process. */
export function commitOf(library: string): string | undefined {
  const file = openSync(library, 'r')
  try {
    const { size, mtimeMs } = fstatSync(file)
    const key = `${library} ${size} ${mtimeMs}`
    if (!known.has(key)) known.set(key, searched(file))
    return known.get(key)
  } finally {
    closeSync(file)
  }
}

function searched(file: number): string | undefined {
  const [find, bytes] = [commitFinder(), Buffer.allocUnsafe(1 << 22)]
  for (let count = readSync(file, bytes); count > 0; count = readSync(file, bytes)) {
    const commit = find(bytes.subarray(0, count))
    if (commit) return commit
  }
  return undefined
}
