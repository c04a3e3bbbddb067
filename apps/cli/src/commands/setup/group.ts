import { type Group, withWork } from '../../line/command.ts'
import { setupCudaCommand } from './cuda/command.ts'
import { setupTfjsCommand } from './tfjs/command.ts'

export const setupGroup: Group = {
  name: 'setup',
  summary: 'set up CUDA, or another engine',
  commands: [
    withWork(setupCudaCommand, () => import('./cuda/run.ts')),
    withWork(setupTfjsCommand, () => import('./tfjs/run.ts')),
  ],
}
