import { parted } from '../../tsup.base.ts'

// `await using` needs a symbol that the types of ES2023 lack.
export default parted({
  lazy: ['lazy/stream', 'lazy/pictures', 'lazy/sentences', 'lazy/foreign/foreign'],
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
})
