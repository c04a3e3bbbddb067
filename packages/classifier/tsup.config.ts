import { parted } from '../../tsup.base.ts'

// `await using` needs a symbol that the types of ES2023 lack.
export default parted({
  lazy: ['batch', 'bulk', 'foreign', 'labels', 'other-images', 'pixels', 'prepare', 'refusals', 'signature'],
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
})
