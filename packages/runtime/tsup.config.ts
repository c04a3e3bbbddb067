import { library } from '../../tsup.base.ts'

export default library({
  entry: { index: 'src/loaded.ts', find: 'src/find.ts' },
  platform: 'node',
  dts: { entry: { index: 'src/index.ts', find: 'src/find.ts' } },
})
