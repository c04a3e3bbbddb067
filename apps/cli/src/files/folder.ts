import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { sweepTemporaries, writeFileAtomic } from '@pixelrow/files'
import { JobError, reportError } from '../line/errors.ts'

/** The folder that a training's results go to; every file in it is whole. */
export interface RunFolder {
  path: string
  /** The path of one of its files. */
  file(name: string): string
  /** Writes a file in one step. */
  write(name: string, content: Uint8Array | string): Promise<void>
  /** Writes a checkpoint and the resume.json that belongs to it; killed at any moment, the older pair is whole or the new one. */
  writeCheckpoint(checkpoint: Uint8Array, record: string): Promise<void>
  /** Removes both. */
  removeCheckpoint(): Promise<void>
  /** Removes the folder again, and those above it that were made for it, as far as they are empty. */
  discardIfEmpty(): Promise<void>
}

/** What an interrupted run leaves to go on from. */
export const checkpointFiles = {
  record: 'resume.json',
  checkpoint: 'checkpoint.safetensors',
  /** A checkpoint that has not taken the older one's place yet: resume.json's checksum tells which of the two it means. */
  next: 'checkpoint.next.safetensors',
} as const

/** The record goes first: without it the others mean nothing. */
const pair = Object.values(checkpointFiles)

/** What a run leaves; run.json is written last, so a folder that has one is complete. */
export const results = ['run.json', 'model.onnx', 'model.rows.bin', 'submission.csv', 'history.csv']

/**
 * Makes the folder that was asked for, else `runs/<n>-<recipe>` with the next free n. An existing folder is used again:
 * what an earlier run left there goes with the first file that is written.
 */
export async function createRunFolder(out: string | undefined, recipe: string): Promise<RunFolder> {
  const { path, made } = out === undefined ? await createNext(recipe) : await createNamed(out)
  return folderAt(path, made)
}

/** The folder of an interrupted run, whose checkpoint stays until a newer one is written. */
export async function openRunFolder(path: string): Promise<RunFolder> {
  await sweepTemporaries(path)
  return folderAt(path)
}

function folderAt(path: string, made?: string): RunFolder {
  const file = (name: string) => join(path, name)
  let stale = results
  const clear = async (names: readonly string[]) => {
    for (const name of names) await rm(file(name), { force: true })
  }
  return {
    path,
    file,
    async write(name, content) {
      await clear(stale.filter((other) => other !== name))
      stale = []
      await writeFileAtomic(file(name), content)
    },
    async writeCheckpoint(checkpoint, record) {
      await writeFileAtomic(file(checkpointFiles.next), checkpoint)
      await writeFileAtomic(file(checkpointFiles.record), record)
      await rename(file(checkpointFiles.next), file(checkpointFiles.checkpoint))
    },
    removeCheckpoint: () => clear(pair),
    discardIfEmpty: () => removeEmpty(path, made),
  }
}

/** Whether there is something at a path. */
export function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

async function createNamed(path: string): Promise<{ path: string; made?: string }> {
  const there = await stat(path).catch(() => undefined)
  if (there && !there.isDirectory()) {
    throw new JobError(`--out ${path} is a file, not a folder`, 'name a folder, e.g. --out runs/first', {
      code: 'CLI_OUTPUT_KIND',
      params: { path },
    })
  }
  if (there) await requireRun(path)
  return { path, made: await mkdir(path, { recursive: true }) }
}

/** Refuses a folder with files of our names that no run left there: they would go with the first one written. */
async function requireRun(path: string): Promise<void> {
  const names = await readdir(path)
  const inTheWay = results.filter((name) => names.includes(name))
  if (inTheWay.length === 0 || names.includes('run.json')) return
  throw new JobError(
    `${path} holds ${inTheWay.join(' and ')} but no run.json, so no finished run left that there`,
    'choose another folder with -o, or move the files away',
    { code: 'CLI_FOLDER_TAKEN', params: { path, names: inTheWay } },
  )
}

async function createNext(recipe: string): Promise<{ path: string; made: string }> {
  try {
    return await createNumbered(recipe)
  } catch (error) {
    const { message } = reportError(error)
    throw new JobError(`Cannot write runs here (${resolve('runs')}): ${message}`, 'choose a folder with -o', {
      code: 'CLI_RUNS_UNWRITABLE',
      params: { path: resolve('runs'), reason: message },
    })
  }
}

async function createNumbered(recipe: string): Promise<{ path: string; made: string }> {
  const made = await mkdir('runs', { recursive: true })
  const numbers = (await readdir('runs')).map((name) => Number(/^(\d+)-/.exec(name)?.[1] ?? 0))
  for (let n = Math.max(0, ...numbers) + 1; ; n++) {
    const path = join('runs', `${n}-${recipe}`)
    try {
      await mkdir(path)
      return { path, made: made ?? path }
    } catch (error) {
      // Another run was quicker: the next number.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

async function removeEmpty(path: string, made: string | undefined): Promise<void> {
  const top = made && resolve(made)
  for (let folder = resolve(path); top && folder.startsWith(top); folder = dirname(folder)) {
    const removed = await rmdir(folder).then(
      () => true,
      () => false,
    )
    if (!removed) return
  }
}
