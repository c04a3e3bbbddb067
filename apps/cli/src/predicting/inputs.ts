import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { JobError, UsageError } from '../line/errors.ts'

/** The files that words of the command line mean, in the order of the words; a pattern's (`*` and `?`, in the name alone) by code units. */
export async function expand(words: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(words.map(async (word) => ((await isPattern(word)) ? matching(word) : [word])))
  return lists.flat()
}

/** Whether a word stands for several files: a file may have a star in its name, too. */
async function isPattern(word: string): Promise<boolean> {
  return /[*?]/.test(word) && !(await stat(word).catch(() => undefined))
}

async function matching(pattern: string): Promise<string[]> {
  const [folder, name] = [dirname(pattern), basename(pattern)]
  if (/[*?]/.test(folder)) {
    const message = `${pattern}: * and ? may stand in the name of the file alone`
    throw new UsageError(message, undefined, { code: 'CLI_PATTERN_INVALID', params: { pattern } })
  }
  const none = { code: 'CLI_FILES_MISSING', params: { pattern } } as const
  const parts = name.split(/([*?])/).map((part) => (part === '*' ? '.*' : part === '?' ? '.' : escaped(part)))
  const rule = new RegExp(`^${parts.join('')}$`, 's')
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new JobError(`${pattern}: there is no folder ${folder}`, 'check the path', none)
    throw error
  })
  // As shells do: a hidden file is meant only where the pattern says so.
  const found = names.filter((each) => rule.test(each) && (name.startsWith('.') || !each.startsWith('.'))).sort()
  if (found.length === 0) throw new JobError(`${pattern}: no such files`, 'check the pattern', none)
  return found.map((each) => (pattern.startsWith(`.${'/'}`) ? `./${join(folder, each)}` : join(folder, each)))
}

const escaped = (text: string): string => text.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')

/** One of so many equal parts of a job, from 1. */
export interface Shard {
  part: number
  of: number
}

/** `3/16` as its numbers. */
export function parseShard(text: string): Shard {
  const [, part, of] = (/^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? []).map(Number)
  if (part && of && part <= of) return { part, of }
  const message = `--shard must be a part of a whole, e.g. --shard 3/16; found ${JSON.stringify(text)}`
  const params = { flag: '--shard', expected: 'a part of a whole', found: text }
  throw new UsageError(message, undefined, { code: 'CLI_FLAG_INVALID', params })
}

/**
 * The part that a file falls to by its name alone: files that come or go between the starts of a job's parts leave every other with its own. A Mac may
 * compose a letter otherwise than Linux does.
 */
export function partOf(name: string, of: number): number {
  const hash = createHash('sha256').update(name.normalize('NFC')).digest()
  return (hash.readUIntBE(0, 6) % of) + 1
}
