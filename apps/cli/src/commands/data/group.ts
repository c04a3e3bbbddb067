import { type Group, withWork } from '../../line/command.ts'
import { convertCommand } from './convert/command.ts'
import { describeCommand } from './describe/command.ts'
import { headCommand } from './head/command.ts'

export const dataGroup: Group = {
  name: 'data',
  summary: 'describe, draw and convert tables',
  commands: [
    withWork(describeCommand, () => import('./describe/run.ts')),
    withWork(headCommand, () => import('./head/run.ts')),
    withWork(convertCommand, () => import('./convert/run.ts')),
  ],
}
