import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exists } from '../files/folder.ts'
import { JobError } from '../line/errors.ts'

/** The playground's files: paths with `/` below its address, and what is in them. */
export type Site = ReadonlyMap<string, () => Promise<Uint8Array>>

/** The element of index.html that names the model which the page begins with; it also tells a playground from other pages. */
const modelElement = /(<meta name="pixelrow-model" content=")([^"]*)(")/

/** Gathers the files of the built page, with a model of one's own in place of its first one. Throws a JobError where the page is not built. */
export async function siteOf(model?: { path: string; bytes: Uint8Array }): Promise<Site> {
  const folder = await builtPage()
  const files = new Map<string, () => Promise<Uint8Array>>()
  for (const path of await filesBelow(folder)) files.set(path, () => readFile(join(folder, path)))
  if (model) {
    const index = await readFile(join(folder, 'index.html'), 'utf8')
    const name = basename(model.path)
    const page = Buffer.from(index.replace(modelElement, (_, start, __, end) => start + escaped(name) + end))
    files.delete(firstModel(index)!)
    files.set('index.html', async () => page)
    files.set(name, async () => model.bytes)
  }
  return files
}

/** The name of the model that an index.html of a playground begins with; undefined for any other page. */
export function firstModel(index: string): string | undefined {
  return modelElement.exec(index)?.[2]
}

/** Where the page lies: beside this package in a clone, else in the published one. What packing has put into the clone may be an older one. */
async function builtPage(): Promise<string> {
  const beside = fileURLToPath(new URL('../../playground/', import.meta.url))
  const places = (await isPlayground(beside)) ? [join(beside, 'dist')] : []
  for (const folder of [...places, fileURLToPath(new URL('./playground/', import.meta.url))]) {
    if (await exists(join(folder, 'index.html'))) return folder
  }
  throw new JobError('The page of the playground is not built in this clone', 'npm run playground', {
    code: 'CLI_PAGE_MISSING',
  })
}

/** Whether a folder is that of the page's own package: in an app's node_modules, any package may have that name. */
async function isPlayground(folder: string): Promise<boolean> {
  const manifest = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}')
  return JSON.parse(manifest).name === '@pixelrow/playground'
}

async function filesBelow(folder: string, inside = ''): Promise<string[]> {
  const entries = await readdir(join(folder, inside), { withFileTypes: true })
  const lists = entries.map((entry) => {
    const path = inside + entry.name
    return entry.isDirectory() ? filesBelow(folder, `${path}/`) : [path]
  })
  return (await Promise.all(lists)).flat()
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
