import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, toSingleFile } from '@pixelrow/export'
import type { Context } from '../context.ts'
import { JobError } from '../line/errors.ts'
import { shown } from '../terminal/visible.ts'
import { readModel, withName } from './model.ts'
import { ifThere } from './there.ts'

/** A model's bytes; the weights that it keeps in files beside it, as PyTorch's exporter writes them, are in them, and that is said. */
export async function readWhole({ terminal }: Context, path: string): Promise<Uint8Array> {
  const bytes = await readModel(path)
  // Also a file that is only passed on is read, or a damaged one would be written again.
  const { external } = await withName(path, () => describe(bytes))
  if (external.length === 0) return bytes
  const whole = await withName(path, () => toSingleFile(bytes, { read: (name) => readBeside(path, name) }))
  terminal.note(`${path}: its weights in ${external.map((name) => shown(name)).join(', ')} go into the file`)
  return whole
}

async function readBeside(path: string, name: string): Promise<Uint8Array> {
  const place = join(dirname(path), name)
  const found = await ifThere(stat(place))
  if (!found?.isFile())
    throw new JobError(
      `${path}: its weights are in ${shown(name)}, and there is no such file (looked for ${shown(place)})`,
      'put it beside the model',
      { code: 'CLI_WEIGHTS_MISSING', params: { file: path, weights: name, place } },
    )
  return new Uint8Array(await readFile(place))
}
