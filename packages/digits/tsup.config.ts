import { library } from '../../tsup.base.ts'

// What packing has compressed into dist stays: it takes seconds to make.
export default library({ platform: 'node', clean: ['!**/*.gz'] })
