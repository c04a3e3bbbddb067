import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileErrorFrom } from '@pixelrow/files'
import { CreateError } from './error.ts'

/** A project's files by their paths in it. */
export type Files = ReadonlyMap<string, string | Uint8Array>

/** Throws a CreateError where a folder holds anything but a repository of Git's; one that is not there is as good as empty. */
export async function requireEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw fileErrorFrom(error, { file: folder, action: 'read' })
  })
  const others = names.filter((name) => name !== '.git').sort()
  if (others.length === 0) return
  const shown = others.slice(0, 3)
  throw new CreateError(`${folder}: expected a new or an empty folder, found ${shown.join(', ')} in it.`, {
    code: 'CREATE_FOLDER_TAKEN',
    params: { folder, names: shown },
    advice: 'Name another one.',
  })
}

/** Writes files where nothing is yet. Nothing is replaced, and where one cannot be written those before it go again. */
export async function writeNew(folder: string, files: Files): Promise<void> {
  const undo: (() => Promise<void>)[] = []
  try {
    for (const [path, data] of files) {
      const file = join(folder, path)
      await makeFolders(dirname(file), undo)
      await tried(file, writeFile(file, data, { flag: 'wx' }))
      undo.push(() => rm(file, { force: true }))
    }
  } catch (error) {
    // A folder in which somebody else has written meanwhile stays.
    for (const step of undo.reverse()) await step().catch(() => {})
    throw error
  }
}

async function makeFolders(folder: string, undo: (() => Promise<void>)[]): Promise<void> {
  const first = await tried(folder, mkdir(folder, { recursive: true }))
  if (first === undefined) return
  const made: string[] = []
  for (let each = resolve(folder); each.length >= resolve(first).length; each = dirname(each)) made.unshift(each)
  undo.push(...made.map((each) => () => rmdir(each)))
}

const tried = <T>(file: string, work: Promise<T>): Promise<T> =>
  work.catch((error) => {
    throw fileErrorFrom(error, { file, action: 'created' })
  })
