/** A worker's code, bundled into one CommonJS string by the build. */
declare module '*?source' {
  const source: string
  export default source
}
