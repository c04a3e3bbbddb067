import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FileError, readZip, type ZipSource } from '@pixelrow/files'
import { afterAll, expect } from 'vitest'

export const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}.zip`, import.meta.url))

const folders: string[] = []

/** A new empty folder, removed when the file's tests are done. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pixelrow-test-'))
  folders.push(folder)
  return folder
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** Every path in a folder, sorted, links not followed. */
export const listing = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()

/** The FileError that a promise is rejected with; anything else fails the test. */
export async function failure(work: Promise<unknown>): Promise<FileError> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(FileError)
  return error as FileError
}

/** The content of every file of a zip, as text. */
export async function contents(source: ZipSource): Promise<Record<string, string>> {
  const zip = await readZip(source)
  const found: Record<string, string> = {}
  for (const entry of zip.entries) if (!entry.directory) found[entry.name] = text(await zip.bytes(entry))
  await zip.close()
  return found
}

export const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

export const readText = (path: string) => readFileSync(path, 'utf8')
