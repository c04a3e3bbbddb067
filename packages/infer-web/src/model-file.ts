/** A model's bytes, with what errors call it. */
export interface ModelFile {
  name: string
  bytes: Uint8Array
  /** Keeps what was downloaded. For a model that has opened. */
  keep?(): Promise<void>
  /** Downloads anew what was kept, and keeps that one no longer. For a model that does not open. */
  renew?(): Promise<ModelFile>
}
