/** A WebAssembly text file; the build replaces it by its binary in base64. */
declare module '*.wat' {
  const base64: string
  export default base64
}
