import { library } from '../../tsup.base.ts'

// tfjs has a door of its own; the root entry loads it when a training asks for it.
export default library({ platform: 'node', entry: { index: 'src/index.ts', tfjs: 'src/tfjs/index.ts' } })
