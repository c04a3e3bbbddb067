import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { extractZip, FileError, type Output, readZip, type ZipEntry } from '@pixelrow/files'

/** Zips of competitions may be large; their own size times the greatest ratio bounds what they unpack to. */
const zipLimits = { maxTotal: 2 ** 42, maxEntry: 2 ** 42 }

interface UnpackOptions {
  /** Of the zip, in errors. */
  name: string
  overwrite: boolean
  /** The claim of the folder. */
  output: Output
  signal?: AbortSignal
}

/** Unpacks all files, which are seen when all are there, and returns their paths. Those that are there with the same bytes are left as they are, as after a run that was ended. */
export async function unpackAll(part: string, folder: string, options: UnpackOptions): Promise<string[]> {
  const zip = await readZip(part, { ...zipLimits, name: options.name })
  const files = zip.entries.filter(({ directory }) => !directory)
  await zip.close()
  const kept = new Set<string>()
  for (const entry of files) {
    options.signal?.throwIfAborted()
    if (await isThere(join(folder, entry.name), entry)) kept.add(entry.name)
  }
  const { output, ...how } = options
  await extractZip(part, folder, {
    ...zipLimits,
    ...how,
    filter: ({ name }) => !kept.has(name),
    write: (name, data) => output.write(name, data),
  })
  await output.commit()
  return files.map(({ name }) => join(folder, name))
}

async function isThere(path: string, { size, crc32: expected }: ZipEntry): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined)
  if (!stats?.isFile() || stats.size !== size) return false
  let found = 0
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) found = crc32(chunk as Buffer, found)
  } catch {
    return false
  }
  return found === expected
}

/** Whether a file begins as a zip does. */
export async function isZip(file: string): Promise<boolean> {
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    return bytesRead === 4 && buffer.readUInt32BE() === 0x504b0304
  } finally {
    await handle.close()
  }
}

/** Writes the file inside its zip, under its own name or that of its last part, or as the only one. */
export async function unpackOne(
  part: string,
  name: string,
  output: Output,
  signal: AbortSignal | undefined,
): Promise<void> {
  const zip = await readZip(part, { name: `${name}.zip`, ...zipLimits })
  try {
    const files = zip.entries.filter(({ directory }) => !directory)
    const last = name.split('/').at(-1)
    const entry =
      zip.entry(name) ?? files.find((each) => each.name === last) ?? (files.length === 1 ? files[0] : undefined)
    if (!entry)
      throw new FileError({
        code: 'FILES_ENTRY_MISSING',
        params: { names: files.slice(0, 5).map((each) => each.name) },
        file: `${name}.zip`,
        problem: `holds ${files.length} files, and none is ${name}`,
      })
    await output.write(name, zip.open(entry, signal && { signal }))
  } finally {
    await zip.close()
  }
}
