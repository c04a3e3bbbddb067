/** A WebAssembly text file; the build replaces it by its binary in hexadecimal digits. */
declare module '*.wat' {
  const hex: string
  export default hex
}
