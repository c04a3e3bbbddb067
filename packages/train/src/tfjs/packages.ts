import nodeModule from 'node:module'
import { builtTfjs } from '@pixelrow/devices'
import { locate } from '../../../../common/locate.ts'

/** A tfjs that is installed, not yet loaded. */
export interface Candidate {
  /** As it is called in messages. */
  name: string
  /** Absolute path of the CommonJS module to load. */
  entry: string
  /** Whether it could use a GPU. */
  kind: 'gpu' | 'cpu'
}

/** Of the packages that npm has, the first that loads is taken. */
export const packages = [
  { name: '@tensorflow/tfjs-node-gpu', kind: 'gpu' },
  { name: '@tensorflow/tfjs-node', kind: 'cpu' },
  { name: '@tensorflow/tfjs', kind: 'cpu' },
] as const

/** The tfjs that `pixelrow setup tfjs` built, and the packages that are installed, in the order in which they are tried. */
export function findCandidates(): Candidate[] {
  const built = builtTfjs()
  const installed = packages.flatMap(({ name, kind }) => {
    const entry = locate(name, ways[name])
    return typeof entry === 'string' ? [{ name, entry, kind }] : []
  })
  return [
    ...(built ? [{ name: 'the tfjs-node of pixelrow setup tfjs', entry: built.entry, kind: built.kind }] : []),
    ...installed,
  ]
}

/** Written out, so that tools that gather an app's files see the names. Of `nodeModule`, as webpack looks for `createRequire` alone. */
const ways: Record<(typeof packages)[number]['name'], () => string> = {
  '@tensorflow/tfjs-node-gpu': () => nodeModule.createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu'),
  '@tensorflow/tfjs-node': () => nodeModule.createRequire(import.meta.url).resolve('@tensorflow/tfjs-node'),
  '@tensorflow/tfjs': () => nodeModule.createRequire(import.meta.url).resolve('@tensorflow/tfjs'),
}
