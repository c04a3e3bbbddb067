import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { claim, FileError, type Origin, type Output, stateOf, type Written } from '@pixelrow/files'
import { JobError, reportError } from '../line/errors.ts'
import { isOfRun } from './ours.ts'
import { ifThere } from './there.ts'

/** The folder that a training's results go to, claimed: nobody else writes there until it is closed. */
export interface RunFolder {
  path: string
  /** The path of one of its files. */
  file(name: string): string
  /** Writes a result, which nobody sees before `commit` or `finish`; says where it lies until then. */
  write(name: string, content: Uint8Array | string): Promise<Written>
  /** Swaps in the results that were written, beside those that are there. */
  commit(from: Origin): Promise<void>
  /** Swaps in the results that were written, in one step, in place of all that an earlier run or this one has left. */
  finish(from: Origin): Promise<void>
  /** Swaps in a checkpoint and the resume.json that belongs to it; results that wait go on waiting. */
  writeCheckpoint(checkpoint: Uint8Array, record: string): Promise<void>
  /** Keeps a finished member of an ensemble until `finish`. */
  saveMember(number: number, model: Uint8Array): Promise<void>
  /** Reads one that was kept before an interruption. */
  loadMember(number: number): Promise<Uint8Array>
  /** Removes the members again. */
  removeMembers(): Promise<void>
  /** Refuses a folder in which somebody else's files have the names of so many members. */
  requireMembers(count: number): Promise<void>
  /** Ends the claim; a folder that was made for it and is empty goes, with those above it. */
  [Symbol.asyncDispose](): Promise<void>
}

/** What an interrupted run leaves to go on from. */
export const checkpointFiles = {
  record: 'resume.json',
  checkpoint: 'checkpoint.safetensors',
  /** Where older versions left a checkpoint that had not taken the older one's place yet: resume.json's checksum tells which of the two it means. */
  next: 'checkpoint.next.safetensors',
} as const

const pair = Object.values(checkpointFiles)

/** What a run leaves; run.json comes with all the others, so a folder that has one is complete. */
export const results = ['run.json', 'model.onnx', 'model.rows.bin', 'submission.csv', 'history.csv']

/** Where a finished member of an ensemble lies until all are. */
const memberFile = (number: number): string => `member-${number}.onnx`

/** Who claims a folder, and whether others' files in it are replaced. */
export interface Claiming {
  by: string
  force?: boolean | undefined
}

/**
 * Makes the folder that was asked for, else `runs/<n>-<recipe>` with the next free n, and claims it. An existing folder is used again: what an earlier
 * run left there stays until the new results take its place.
 */
export async function createRunFolder(out: string | undefined, recipe: string, claiming: Claiming): Promise<RunFolder> {
  if (out === undefined) return createNext(recipe, claiming)
  await requireFolder(out, 'runs/first')
  return claimed(out, [...results, ...pair], claiming)
}

/** Claims the folder of an interrupted run, whose checkpoint stays until a newer one is written, or the results are. */
export const openRunFolder = (path: string, claiming: Claiming): Promise<RunFolder> => claimed(path, results, claiming)

async function claimed(path: string, names: readonly string[], { by, force = false }: Claiming): Promise<RunFolder> {
  const output = await claim(path, { by: `pixelrow ${by}`, names, force, isOurs: isOfRun })
  return folderAt(path, output, force)
}

function folderAt(path: string, output: Output, force: boolean): RunFolder {
  const file = (name: string) => join(path, name)
  const waiting = new Set<string>()
  const members = new Set<string>()
  const commit = async (from: Origin, goes: readonly string[] = []) => {
    for (const name of goes) output.remove(name)
    const names = [...waiting, ...goes]
    waiting.clear()
    await output.commit({ names, from })
  }
  return {
    path,
    file,
    write(name, content) {
      waiting.add(name)
      return output.write(name, content)
    },
    commit: (from) => commit(from),
    async finish(from) {
      const older = [...(await output.names()).filter((name) => /^member-\d+\.onnx$/.test(name)), ...members]
      const all = new Set([...results, ...pair, ...older])
      await commit(
        from,
        [...all].filter((name) => !waiting.has(name)),
      )
    },
    async writeCheckpoint(checkpoint, record) {
      await output.write(checkpointFiles.checkpoint, checkpoint)
      await output.write(checkpointFiles.record, record)
      output.remove(checkpointFiles.next)
      await output.commit({ names: pair })
    },
    async saveMember(number, model) {
      const name = memberFile(number)
      await output.write(name, model)
      await output.commit({ names: [name] })
      members.add(name)
    },
    async loadMember(number) {
      members.add(memberFile(number))
      return readFile(file(memberFile(number)))
    },
    async removeMembers() {
      for (const name of members) output.remove(name)
      await output.commit({ names: [...members] })
    },
    async requireMembers(count) {
      if (force) return
      const names = Array.from({ length: count }, (_, index) => memberFile(index + 1))
      await requireOurs(path, names)
    },
    [Symbol.asyncDispose]: output.close,
  }
}

async function requireOurs(path: string, names: readonly string[]): Promise<void> {
  const inTheWay: string[] = []
  for (const name of names) {
    const state = await stateOf(path, name)
    const isFree = state === 'absent' || state === 'whole' || (await isOfRun(join(path, name), state))
    if (!isFree) inTheWay.push(name)
  }
  if (inTheWay.length === 0) return
  throw new JobError(
    `${path} holds ${inTheWay.join(' and ')}, which this training did not leave there and would write over`,
    'choose another folder with -o, move the files away, or add --force to replace them',
    { code: 'CLI_FOLDER_TAKEN', params: { path, names: inTheWay } },
  )
}

/** Refuses what is there and is no folder, and names one as an example. */
export async function requireFolder(out: string, example: string): Promise<void> {
  const there = await ifThere(stat(out))
  if (!there || there.isDirectory()) return
  throw new JobError(`--out ${out} is a file, not a folder`, `name a folder, e.g. --out ${example}`, {
    code: 'CLI_OUTPUT_KIND',
    params: { path: out },
  })
}

/** Whether there is something at a path. Throws the system's errors where that cannot be seen. */
export async function exists(path: string): Promise<boolean> {
  return (await ifThere(stat(path))) !== undefined
}

async function createNext(recipe: string, claiming: Claiming): Promise<RunFolder> {
  try {
    return await createNumbered(recipe, claiming)
  } catch (error) {
    const { message } = reportError(error)
    throw new JobError(`Cannot write runs here (${resolve('runs')}): ${message}`, 'choose a folder with -o', {
      code: 'CLI_RUNS_UNWRITABLE',
      params: { path: resolve('runs'), reason: message },
    })
  }
}

async function createNumbered(recipe: string, claiming: Claiming): Promise<RunFolder> {
  const names = await readdir('runs').catch(() => [])
  const numbers = names.map((name) => Number(/^(\d+)-/.exec(name)?.[1] ?? 0))
  for (let n = Math.max(0, ...numbers) + 1; ; n++) {
    const folder = await claimNew(join('runs', `${n}-${recipe}`), claiming)
    if (folder) return folder
  }
}

/** Claims a folder in which nothing is; undefined where another run was quicker. */
async function claimNew(path: string, claiming: Claiming): Promise<RunFolder | undefined> {
  try {
    const folder = await claimed(path, [], claiming)
    if ((await readdir(path)).every((name) => name === '.pixelrow')) return folder
    await folder[Symbol.asyncDispose]()
    return undefined
  } catch (error) {
    if (error instanceof FileError && error.code === 'FILES_LOCKED') return undefined
    throw error
  }
}
