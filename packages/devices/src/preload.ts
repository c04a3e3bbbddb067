export { librariesFor, type NotLoaded, preloadFor, preloadLibraries } from './cuda/preload.ts'
export type { PlaceOptions, PreloadOptions } from './cuda/types.ts'
