import { library } from '../../tsup.base.ts'

// One entry has nothing to split; without splitting the CommonJS build keeps `import()` as it is.
export default library({ splitting: false })
