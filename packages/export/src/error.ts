/** A file that cannot be read back, or results that cannot be compared. */
export class ExportError extends Error {
  override name = 'ExportError'
}
