/** A second copy of a module, in a part that is loaded later (`tsup.base.ts`); the first one is dropped by bundlers where nobody asks for it. */
declare module '*?later' {
  const copy: never
  export default copy
}
