import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Input, inputOf } from '@pixelrow/files'
import { isPictureName } from '../../../../common/pictures.ts'
import type { Target } from '../tables/target.ts'

/** What a table's answers are made from. */
export interface Made {
  /** By their bytes. */
  inputs: Input[]
  /** What the disk says of each: while that is the same, so are the bytes. Empty where that does not follow. */
  seen: string[]
}

/** The tables of a call with their samples, each read once for its sum as long as the disk says the same of it. */
export interface Inputs {
  /** What the disk says of a task's inputs; undefined where they are no files, such as standard input. */
  seen(target: Target): Promise<string[] | undefined>
  /** What a task is made from; undefined where its inputs are no files. */
  made(target: Target): Promise<Made | undefined>
}

/** Nothing is read yet. */
export function openInputs(): Inputs {
  const known = new Map<string, { input: Input; look: Look }>()
  async function sumOf(path: string): Promise<{ input: Input; look: Look } | undefined> {
    const look = await lookAt(path)
    const before = known.get(path)
    if (before && before.look.seen === look?.seen) return before
    if (!look) return undefined
    const found = { input: await inputIn(path, look), look }
    known.set(path, found)
    return found
  }
  return {
    async seen(target) {
      const looks = await Promise.all(pathsOf(target).map(lookAt))
      return looks.every((look) => look !== undefined) ? looks.map(({ seen }) => seen) : undefined
    },
    async made(target) {
      const found: { input: Input; look: Look }[] = []
      for (const path of pathsOf(target)) {
        const one = await sumOf(path)
        if (!one) return undefined
        found.push(one)
      }
      return {
        inputs: found.map(({ input }) => input),
        seen: found.map(({ look }) => (look.isSettled ? look.seen : '')),
      }
    },
  }
}

const pathsOf = ({ place, sample }: Target): string[] =>
  typeof sample?.source === 'string' ? [place.path, sample.source] : [place.path]

/** What the disk says of a file, or of all in a folder. */
interface Look {
  files: string[]
  seen: string
  /** All of it has been as it is for longer than a disk's clock ticks, so that a change shows. */
  isSettled: boolean
}

/** Some disks count times in seconds, two at a time. */
const tick = 2000

async function lookAt(path: string): Promise<Look | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined)
  if (stats?.isFile()) return { files: [path], seen: seenOf(stats), isSettled: isSettled(stats) }
  return stats?.isDirectory() ? lookInto(path) : undefined
}

async function lookInto(folder: string): Promise<Look> {
  const files = await filesIn(folder)
  const hash = createHash('sha256')
  let settled = true
  for (const file of files) {
    const stats = await stat(file, { bigint: true }).catch(() => undefined)
    hash.update(`${nameIn(folder, file)}\n${stats ? seenOf(stats) : ''}\n`)
    settled &&= stats !== undefined && isSettled(stats)
  }
  return { files, seen: hash.digest('hex'), isSettled: settled }
}

/** Size, number and times: whoever sets a file's time of change back sets the time of its entry, and a file in its place has another number. */
const seenOf = ({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string => [size, mtimeNs, ctimeNs, ino].join()

const isSettled = ({ mtimeMs, ctimeMs }: BigIntStats): boolean =>
  Date.now() - Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs) > tick

async function inputIn(path: string, { files }: Look): Promise<Input> {
  if (files[0] === path) return inputOf(path)
  const hash = createHash('sha256')
  let size = 0
  for (const file of files) {
    const input = await inputOf(file)
    hash.update(`${nameIn(path, file)}\n${input.sha256}\n`)
    size += input.size
  }
  return { name: basename(path), size, sha256: hash.digest('hex') }
}

const nameIn = (folder: string, file: string): string => file.slice(folder.length).replaceAll('\\', '/')

/** As deep as pictures are looked for; it also ends circles of links. */
const deepest = 7

/** The pictures below a folder, by their names. */
async function filesIn(folder: string, depth = 0): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const found: string[] = []
  for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (name.startsWith('.')) continue
    const path = join(folder, name)
    const stats = await stat(path).catch(() => undefined)
    if (!stats?.isDirectory()) found.push(...(isPictureName(name) ? [path] : []))
    else if (depth < deepest) found.push(...(await filesIn(path, depth + 1)))
  }
  return found
}
