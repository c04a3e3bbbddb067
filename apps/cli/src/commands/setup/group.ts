import { type Group, withWork } from '../../line/command.ts'
import { setupTfjsCommand } from './tfjs/command.ts'

export const setupGroup: Group = {
  name: 'setup',
  summary: 'set up other engines',
  commands: [withWork(setupTfjsCommand, () => import('./tfjs/run.ts'))],
}
