import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { claim, readManifest, stateOf } from '@pixelrow/files'
import { expect } from 'vitest'
import { listing, newFolder } from '../support.ts'

/** A step of `child.mjs`. */
export type Step =
  | readonly ['claim' | 'commit' | 'close']
  | readonly ['claimFile' | 'remove', string]
  | readonly ['write', string, string]

/** What a folder shows: the text of each file by name. */
export type Shown = Record<string, string>

/** A disk in memory, where there is one: a flush takes as long as a disk likes. */
export const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export const isFull = process.env.PIXELROW_FULL === '1'

/** The files of a folder, without what is written down of them. */
export function shown(folder: string): Shown {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((name) => !name.startsWith('.pixelrow/'))
    .sort()
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

/** A new folder with files of an earlier claim. */
export async function folderWith(files: Shown): Promise<string> {
  const folder = join(newFolder(memory), 'out')
  mkdirSync(folder)
  const output = await claim(folder)
  for (const [name, text] of Object.entries(files)) await output.write(name, text)
  await output.commit()
  await output.close()
  return folder
}

/** What a folder shows before the first step and after each commit of the steps. */
export function states(before: Shown, steps: readonly Step[]): Shown[] {
  const all = [before]
  let staged: Record<string, string | undefined> = {}
  for (const [action, name, text] of steps) {
    if (action === 'write') staged[name!] = text!
    if (action === 'remove') staged[name!] = undefined
    if (action === 'close') staged = {}
    if (action !== 'commit') continue
    const next = Object.entries({ ...all.at(-1)!, ...staged }).filter((entry) => entry[1] !== undefined)
    all.push(Object.fromEntries(next.sort(([a], [b]) => (a < b ? -1 : 1))) as Shown)
    staged = {}
  }
  return all
}

/** How a process ended that carried out steps: how many commits it saw done, and its calls of the file system where it was not killed. */
export function carriedOut(
  folder: string,
  steps: readonly Step[],
  n = 0,
): Promise<{ commits: number; calls?: number }> {
  const child = fileURLToPath(new URL('child.mjs', import.meta.url))
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [child, folder, JSON.stringify(steps), String(n)], (error, stdout, stderr) => {
      if (error && error.signal !== 'SIGKILL') return reject(new Error(stderr))
      const lines = stdout.trim().split('\n')
      const calls = /^calls (\d+)$/.exec(lines.at(-1)!)?.[1]
      const commits = Number(lines.filter((line) => /^\d+$/.test(line)).at(-1) ?? 0)
      resolve({ commits, ...(calls !== undefined && { calls: Number(calls) }) })
    })
  })
}

/** After the next claim of a folder it must show what one of the states says, whole, and hold nothing else. */
export async function expectInOrder(folder: string, allowed: readonly Shown[], label: string): Promise<void> {
  await (await claim(folder)).close()
  const found = shown(folder)
  expect(allowed, label).toContainEqual(found)
  for (const name of Object.keys(found)) expect(await stateOf(folder, name, { exact: true }), label).toBe('whole')
  const files = listing(folder).filter((name) => name !== '.pixelrow' && !Object.hasOwn(found, name))
  const leftovers = files.filter((name) => !/^\.pixelrow\/manifest(-[0-9a-f]{16})?\.json$/.test(name))
  expect(
    leftovers.filter((name) => !Object.keys(found).some((each) => each.startsWith(`${name}/`))),
    label,
  ).toEqual([])
  const known = Object.keys((await readManifest(folder)).files)
  expect(known.filter((name) => Object.hasOwn(found, name)).sort(), label).toEqual(Object.keys(found))
}
