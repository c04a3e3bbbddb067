export { type BuiltOptions, builtTfjs, type TfjsBuild, type TfjsKind } from './tfjs/built.ts'
