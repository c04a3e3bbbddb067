import { mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { writeFileAtomic } from '@pixelrow/data'
import { JobError } from './errors.ts'

/** The folder that a training's results go to; every file in it is whole. */
export interface RunFolder {
  path: string
  /** The path of one of its files. */
  file(name: string): string
  /** Writes a file in one step. */
  write(name: string, content: Uint8Array | string): Promise<void>
  /** Removes the folder again, and those above it that were made for it, as far as they are empty. */
  discardIfEmpty(): Promise<void>
}

/** What a run may leave; run.json is written last, so a folder that has one is complete. */
const names = ['run.json', 'model.onnx', 'submission.csv', 'history.csv']

/**
 * Makes the folder that was asked for, else `runs/<n>-<recipe>` with the next free n. An existing folder is used again:
 * what an earlier run left there goes with the first file that is written.
 */
export async function createRunFolder(out: string | undefined, recipe: string): Promise<RunFolder> {
  const { path, made } = out === undefined ? await createNext(recipe) : await createNamed(out)
  const file = (name: string) => join(path, name)
  let stale = names
  return {
    path,
    file,
    async write(name, content) {
      for (const old of stale.filter((other) => other !== name)) await rm(file(old), { force: true })
      stale = []
      await writeFileAtomic(file(name), content)
    },
    discardIfEmpty: () => removeEmpty(path, made),
  }
}

async function createNamed(path: string): Promise<{ path: string; made?: string }> {
  const there = await stat(path).catch(() => undefined)
  if (there && !there.isDirectory()) {
    throw new JobError(`--out ${path} is a file, not a folder`, 'name a folder, e.g. --out runs/first')
  }
  return { path, made: await mkdir(path, { recursive: true }) }
}

async function createNext(recipe: string): Promise<{ path: string; made: string }> {
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
    if (
      !(await rmdir(folder).then(
        () => true,
        () => false,
      ))
    )
      return
  }
}
