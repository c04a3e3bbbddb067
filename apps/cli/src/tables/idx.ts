import { basename, dirname, join } from 'node:path'
import { exists } from '../files/folder.ts'

/** Whether a file's name is one that IDX files have: `train-images-idx3-ubyte`, `digits.idx`, either with `.gz`. */
export function isIdxName(path: string): boolean {
  return /(\.idx\d?|[.-]idx\d-ubyte|-ubyte)(\.gz)?$/.test(basename(path))
}

/** Where the labels of IDX images lie: `train-labels-idx1-ubyte` for MNIST's names, `digits-labels.idx` for `digits.idx`. */
export function labelsPath(images: string): string {
  const name = basename(images)
  const [, stem = name, ending = ''] = /^(.*?)(\.[^.]*)?$/.exec(name.replace(/\.gz$/, '')) ?? []
  const gz = name.endsWith('.gz') ? '.gz' : ''
  const labels = name.includes('images')
    ? name.replace('images', 'labels').replace('idx3', 'idx1').replace('idx4', 'idx1')
    : `${stem}-labels${ending}${gz}`
  return join(dirname(images), labels)
}

/** The labels beside IDX images, packed like them or not; undefined where there are none. */
export async function findLabels(images: string): Promise<string | undefined> {
  const path = labelsPath(images)
  if (path === images) return undefined
  const other = path.endsWith('.gz') ? path.slice(0, -'.gz'.length) : `${path}.gz`
  for (const candidate of [path, other]) if (await exists(candidate)) return candidate
  return undefined
}
