import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { claim, type Output, stateOf } from '@pixelrow/files'
import type { Context } from '../context.ts'
import { requireFolder } from '../files/folder.ts'
import { firstModel, type Site } from './page.ts'

/** Where a site is written, and over what. */
interface Where {
  out: string
  force: boolean | undefined
}

/** A site that is being written. */
export interface Writing {
  /** Of the folder, which nobody else may write to. */
  output: Output
  /** Whether there is an earlier playground, which is replaced. */
  replaces: boolean
  /** Writes everything, seen all at once; what the earlier playground had and this one has not goes. */
  write(): Promise<void>
}

/** Claims the folder of a site. Throws where files are in the way that no playground left there, or where it is a file. */
export async function claimSite({ signal }: Context, site: Site, { out, force = false }: Where): Promise<Writing> {
  await requireFolder(out, 'public')
  const earlier = firstModel(await readFile(join(out, 'index.html'), 'utf8').catch(() => ''))
  // Of what an older version wrote nothing is written down: then its page stands for all.
  const isOlder = earlier !== undefined && (await stateOf(out, 'index.html')) === 'foreign'
  const names = [...site.keys()]
  const output = await claim(out, { by: 'pixelrow playground', names, force, signal, isOurs: () => isOlder })
  return {
    output,
    replaces: earlier !== undefined,
    async write() {
      const before = isOlder ? await namesIn(out, earlier) : await wholeOf(output)
      for (const [path, content] of site) await output.write(path, await content())
      for (const path of before) if (!site.has(path)) output.remove(path)
      await output.commit()
    },
  }
}

/** What a playground of an older version has that a new one may not have: its model, and the files of its build. */
async function namesIn(out: string, model: string): Promise<string[]> {
  const assets = await readdir(join(out, 'assets')).catch(() => [])
  return [...assets.map((name) => `assets/${name}`), ...(/^[^/\\]+\.onnx$/.test(model) ? [model] : [])]
}

/** What was written there and is as it was. */
async function wholeOf(output: Output): Promise<string[]> {
  const names = await output.names()
  const states = await Promise.all(names.map((name) => stateOf(output.folder, name)))
  return names.filter((_, at) => states[at] === 'whole')
}
