/** Where what was set up is looked for. */
export interface PlaceOptions {
  /** The cache. Default `cacheFolder()` of @pixelrow/files: `$PIXELROW_CACHE`, else the platform's place for caches. */
  cache?: string
  /** The folder in which the machine's own files are looked for (`/proc`, `/usr`, `/etc`, …), such as a container's. Default `/`. */
  root?: string
}

/** What is preloaded for. */
export interface PreloadOptions extends PlaceOptions {
  /** Path of onnxruntime-node's entry. */
  runtime: string
}
