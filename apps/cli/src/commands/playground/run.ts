import { join } from 'node:path'
import { describe } from '@pixelrow/export'
import type { Context } from '../../context.ts'
import { requireApart } from '../../files/destination.ts'
import { findModel, readModel, withName } from '../../files/model.ts'
import { JobError } from '../../line/errors.ts'
import { type Site, siteOf } from '../../serving/page.ts'
import { serveSite } from '../../serving/server.ts'
import { claimSite } from '../../serving/write.ts'
import { size } from '../../terminal/table.ts'
import { shown } from '../../terminal/visible.ts'
import type { PlaygroundOptions } from './command.ts'

/** `pixelrow playground`: serves the page to draw on until Ctrl-C, or writes it as static files. */
export async function run(context: Context, { model: source, port, out, force }: PlaygroundOptions): Promise<void> {
  const model = source === undefined ? undefined : await readOnnx(source)
  const site = await siteOf(model)
  if (out === undefined) await serve(context, site, port, model?.path)
  else await write(context, site, { out, force, model: model?.path })
}

async function readOnnx(source: string): Promise<{ path: string; bytes: Uint8Array }> {
  const place = await findModel(source)
  if (!place)
    throw new JobError(`${source}: expected an ONNX file or a run folder`, 'name a .onnx, e.g. --model model.onnx', {
      code: 'CLI_MODEL_KIND',
      params: { file: source },
    })
  const bytes = await readModel(place.path)
  await withName(place.path, () => describe(bytes))
  return { path: place.path, bytes }
}

async function serve(context: Context, site: Site, port: number, model: string | undefined): Promise<never> {
  const { terminal, signal } = context
  signal.throwIfAborted()
  const { url, close } = await serveSite(site, port)
  terminal.note(`Serving the playground${model ? ` with ${shown(model)}` : ''} to this machine; Ctrl-C ends it`)
  terminal.json({ url, ...(model && { model }) })
  terminal.result(url)
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  await close()
  context.undone = 'the page is served no more'
  throw signal.reason
}

interface Writing extends Pick<PlaygroundOptions, 'force'> {
  out: string
  model: string | undefined
}

async function write(context: Context, site: Site, { out, force, model }: Writing): Promise<void> {
  const { terminal, kept } = context
  const page = join(out, 'index.html')
  await requireApart(
    [...site.keys()].map((path) => join(out, path)),
    [model],
  )
  const { output, replaces, write } = await claimSite(context, site, { out, force })
  try {
    await write()
  } finally {
    await output.close()
  }
  kept.push(page)
  if (replaces) terminal.note(`Replaced the playground in ${out}`)
  const contents = await Promise.all([...site.values()].map((read) => read()))
  const bytes = contents.reduce((sum, content) => sum + content.length, 0)
  terminal.json({ page, files: site.size, bytes, ...(model && { model }) })
  terminal.result(`${page}: ${site.size} files, ${size(bytes)}, for any folder of any server`)
}
