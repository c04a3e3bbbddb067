import { basename, dirname, join } from 'node:path'
import { exists } from '../files/folder.ts'

/** Whether a file's name is one that IDX files have: `train-images-idx3-ubyte`, `digits.idx`, either with `.gz`. */
export function isIdxName(path: string): boolean {
  return /(\.idx\d?|[.-]idx\d-ubyte|-ubyte)(\.gz)?$/.test(basename(path))
}

/** Whether the labels of such a file lie beside it: of IDX images, of an array, and of an npz that is called after its images (KMNIST). */
export const hasLabelsBeside = (path: string): boolean =>
  isIdxName(path) || /\.npy$/i.test(path) || /(images|imgs).*\.npz$/i.test(basename(path))

/**
 * Where the labels of images lie: `train-labels-idx1-ubyte` for MNIST's names, `digits-labels.idx` for `digits.idx`, `y_train.npy` for `x_train.npy`, `labels.npy`
 * for `images.npy`, `kmnist-train-labels.npz` for `kmnist-train-imgs.npz`.
 */
export function labelsPath(images: string): string {
  const name = basename(images)
  const [, stem = name, ending = ''] = /^(.*?)(\.[^.]*)?$/.exec(name.replace(/\.gz$/, '')) ?? []
  const gz = name.endsWith('.gz') ? '.gz' : ''
  const labels = /images|imgs/.test(name)
    ? name
        .replace(/images|imgs/, 'labels')
        .replace('idx3', 'idx1')
        .replace('idx4', 'idx1')
    : X_AS_WORD.test(name)
      ? name.replace(X_AS_WORD, 'y')
      : `${stem}-labels${ending}${gz}`
  return join(dirname(images), labels)
}

const X_AS_WORD = /(?<![a-z])x(?=([^a-z].*)?\.npy$)/i

/** The labels beside images, packed like them or not; undefined where there are none. */
export async function findLabels(images: string): Promise<string | undefined> {
  const path = labelsPath(images)
  if (path === images) return undefined
  const other = path.endsWith('.gz') ? path.slice(0, -'.gz'.length) : `${path}.gz`
  for (const candidate of [path, other]) if (await exists(candidate)) return candidate
  return undefined
}
