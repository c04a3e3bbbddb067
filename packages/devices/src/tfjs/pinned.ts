import type { WheelWish } from '../setup/pip.ts'
import lock from './lock.json'
import type { TfjsKind } from './types.ts'

/** npm's lockfile for the folder of a build, with versions and checksums but no addresses: those are of the registry in use. */
export { lock }
// It is made by: npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved

/** The version of @tensorflow/tfjs-node whose sources are built. */
export const tfjsNode: string = lock.packages[''].dependencies['@tensorflow/tfjs-node']

/** TensorFlow's version whose wheel is fetched, the newest that is released. */
export const tensorflow = '2.21.0'

/** The oldest glibc that these libraries run on, as the wheel's name says. */
export const glibc = { major: 2, minor: 27 }

/** Bytes by kind: of the wheel, and of a build as it stays. */
export const sizes = {
  cpu: { wheel: 274_000_871, build: 970_000_000 },
  gpu: { wheel: 572_611_111, build: 1_380_000_000 },
} as const

/** PyPI's name of the wheel. */
export const wheelName = { cpu: 'tensorflow-cpu', gpu: 'tensorflow' } as const

/** What pip is asked for: all wheels of a version hold the same libraries. */
export const wishFor = (kind: TfjsKind): WheelWish => ({
  ...{ name: wheelName[kind], version: tensorflow },
  ...{ python: '3.12', platforms: ['manylinux_2_27_x86_64'] },
})
