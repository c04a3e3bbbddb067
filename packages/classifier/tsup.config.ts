import { library } from '../../tsup.base.ts'

// One entry has nothing to split; without splitting the CommonJS build keeps `import()` as it is.
// `await using` needs a symbol that the types of ES2023 lack.
export default library({ splitting: false, dts: { banner: '/// <reference lib="esnext.disposable" />' } })
