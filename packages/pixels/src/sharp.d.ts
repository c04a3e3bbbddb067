/** What is used of sharp, so that the package builds without an optional peer of tens of megabytes. */
declare module 'sharp' {
  interface Picture {
    rotate(): Picture
    toColourspace(space: 'srgb'): Picture
    ensureAlpha(): Picture
    raw(): Picture
    toBuffer(options: { resolveWithObject: true }): Promise<{
      data: Uint8Array<ArrayBuffer>
      info: { width: number; height: number; channels: number }
    }>
  }
  export default function sharp(
    bytes: Uint8Array,
    options: { failOn: 'error'; ignoreIcc: boolean; limitInputPixels: number },
  ): Picture
}
