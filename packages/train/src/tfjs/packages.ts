import { createRequire } from 'node:module'
import { join } from 'node:path'
import { builtTfjs } from '@pixelrow/devices'

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
    const entry = resolved[name]() ?? elsewhere(name)
    return entry ? [{ name, entry, kind }] : []
  })
  return [
    ...(built ? [{ name: 'the tfjs-node of pixelrow setup tfjs', entry: built.entry, kind: built.kind }] : []),
    ...installed,
  ]
}

/** Written out, so that tools that gather an app's files see the names. */
const resolved: Record<(typeof packages)[number]['name'], () => string | undefined> = {
  '@tensorflow/tfjs-node-gpu': () => attempt(() => createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu')),
  '@tensorflow/tfjs-node': () => attempt(() => createRequire(import.meta.url).resolve('@tensorflow/tfjs-node')),
  '@tensorflow/tfjs': () => attempt(() => createRequire(import.meta.url).resolve('@tensorflow/tfjs')),
}

/** From the main script or the working folder, where the user has installed what this package does not bring. */
function elsewhere(name: string): string | undefined {
  const bases = [process.argv[1], join(process.cwd(), 'package.json')].filter((base) => base !== undefined)
  return bases.map((base) => attempt(() => createRequire(base).resolve(name))).find((path) => path !== undefined)
}

function attempt(find: () => string): string | undefined {
  try {
    return find()
  } catch {
    return undefined
  }
}
