import type { Format } from './format.ts'

/** Each loaded alone: what another one reads with takes time to start. */
export const formats: Readonly<Record<string, () => Promise<Format>>> = {
  broken: async () => (await import('./broken.ts')).broken,
  bmp: async () => (await import('./bmp.ts')).bmp,
  gif: async () => (await import('./made.ts')).gif,
  idx: async () => (await import('./idx.ts')).idx,
  jpeg: async () => (await import('./jpeg.ts')).jpeg,
  npy: async () => (await import('./arrays.ts')).npy,
  npz: async () => (await import('./arrays.ts')).npz,
  parquet: async () => (await import('./parquet.ts')).parquet,
  png: async () => (await import('./png.ts')).png,
  resume: async () => (await import('./records.ts')).resumeRecord,
  run: async () => (await import('./records.ts')).runRecord,
  safetensors: async () => (await import('./safetensors.ts')).safetensors,
  tfjs: async () => (await import('./tfjs.ts')).tfjs,
  tiff: async () => (await import('./made.ts')).tiff,
  zip: async () => (await import('./zip.ts')).zip,
}
