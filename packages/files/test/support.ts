import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { FileError, readZip, type ZipSource } from '@pixelrow/files'
import { afterAll, expect } from 'vitest'

export const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}.zip`, import.meta.url))

const folders: string[] = []

/** A new empty folder, removed when the file's tests are done. */
export function newFolder(above = tmpdir()): string {
  const folder = mkdtempSync(join(above, 'pixelrow-test-'))
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

const run = promisify(execFile)

/** Where the published name of the package resolves. */
export const packageFolder = fileURLToPath(new URL('..', import.meta.url))

/** Runs a script in a Node of its own, after shell commands that narrow what it may do; gives back the errors' messages it collects. */
export async function inNode(script: string, limits = ''): Promise<string[]> {
  const whole = `
    import { cached, download, extractZip, FileError, readZip, writeFileAtomic } from '@pixelrow/files'
    const messages = []
    const refused = async (work) => {
      const error = await work.then(() => undefined, (caught) => caught)
      messages.push(error instanceof FileError ? error.message : 'no FileError: ' + String(error))
    }
    ${script}
    console.log(JSON.stringify(messages))`
  const command = `${limits}\nexec "$0" --input-type=module -e "$1"`
  const { stdout } = await run('bash', ['-c', command, process.execPath, whole], { cwd: packageFolder })
  return JSON.parse(stdout)
}
