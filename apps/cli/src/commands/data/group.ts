import { type Group, withWork } from '../../line/command.ts'
import { checkCommand } from './check/command.ts'
import { convertCommand } from './convert/command.ts'
import { describeCommand } from './describe/command.ts'
import { headCommand } from './head/command.ts'
import { splitCommand } from './split/command.ts'

export const dataGroup: Group = {
  name: 'data',
  summary: 'describe, draw, check, divide and convert tables',
  commands: [
    withWork(describeCommand, () => import('./describe/run.ts')),
    withWork(headCommand, () => import('./head/run.ts')),
    withWork(checkCommand, () => import('./check/run.ts')),
    withWork(splitCommand, () => import('./split/run.ts')),
    withWork(convertCommand, () => import('./convert/run.ts')),
  ],
}
