import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeFileAtomic } from '@pixelrow/files'
import { exists } from '../files/folder.ts'
import { JobError } from '../line/errors.ts'
import { firstModel, type Site } from './page.ts'

/**
 * Writes a site into a folder, index.html last, so that there is no page before all that it needs. An earlier playground there is replaced;
 * returns whether one was. Throws a JobError where other files are in the way.
 */
export async function writeSite(site: Site, out: string, signal: AbortSignal): Promise<boolean> {
  const earlier = await requireFree(site, out)
  const written: string[] = []
  try {
    for (const path of [...site.keys()].sort(indexLast)) {
      signal.throwIfAborted()
      if (!(await exists(join(out, path)))) written.push(path)
      await mkdir(dirname(join(out, path)), { recursive: true })
      await writeFileAtomic(join(out, path), await site.get(path)!())
    }
  } catch (error) {
    for (const path of written) await rm(join(out, path), { force: true })
    throw error
  }
  if (earlier) await removeStale(site, out, earlier)
  return earlier !== undefined
}

const indexLast = (a: string, b: string) => Number(a === 'index.html') - Number(b === 'index.html')

/** Refuses a file, and a folder with files of our names that no playground left there; gives the earlier playground's model. */
async function requireFree(site: Site, out: string): Promise<string | undefined> {
  const there = await stat(out).catch(() => undefined)
  if (!there) return undefined
  if (!there.isDirectory())
    throw new JobError(`--out ${out} is a file, not a folder`, 'name a folder, e.g. --out public', {
      code: 'CLI_OUTPUT_KIND',
      params: { path: out },
    })
  const index = await readFile(join(out, 'index.html'), 'utf8').catch(() => '')
  const earlier = firstModel(index)
  if (earlier !== undefined) return earlier
  const names = await readdir(out)
  const ours = new Set([...site.keys()].map((path) => path.split('/')[0]!))
  const inTheWay = names.filter((name) => ours.has(name))
  if (inTheWay.length === 0) return undefined
  throw new JobError(
    `${out} holds ${inTheWay.join(' and ')}, which no playground left there`,
    'choose another folder with -o, or move the files away',
    { code: 'CLI_FOLDER_TAKEN', params: { path: out, names: inTheWay } },
  )
}

/** Removes what the earlier playground had and this one has not: its model, and files of its build. */
async function removeStale(site: Site, out: string, model: string): Promise<void> {
  const assets = await readdir(join(out, 'assets')).catch(() => [])
  const earlier = [...assets.map((name) => `assets/${name}`), ...(/^[^/\\]+\.onnx$/.test(model) ? [model] : [])]
  for (const path of earlier) if (!site.has(path)) await rm(join(out, path), { force: true })
}
