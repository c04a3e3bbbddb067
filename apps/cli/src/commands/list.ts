import { type Command, type Group, withWork } from '../line/command.ts'
import { checkSubmissionCommand } from './check-submission/command.ts'
import { dataGroup } from './data/group.ts'
import { doctorCommand } from './doctor/command.ts'
import { downloadCommand } from './download/command.ts'
import { evalCommand } from './eval/command.ts'
import { exportCommand } from './export/command.ts'
import { inspectCommand } from './inspect/command.ts'
import { loginCommand } from './login/command.ts'
import { logoutCommand } from './logout/command.ts'
import { mergeCommand } from './merge/command.ts'
import { playgroundCommand } from './playground/command.ts'
import { predictCommand } from './predict/command.ts'
import { profileCommand } from './profile/command.ts'
import { resumeCommand } from './resume/command.ts'
import { runCommand } from './run/command.ts'
import { setupGroup } from './setup/group.ts'
import { submissionsCommand } from './submissions/command.ts'
import { submitCommand } from './submit/command.ts'
import { trainCommand } from './train/command.ts'

/** What may follow `pixelrow`, in the order of the help. */
export const commands: readonly (Command | Group)[] = [
  withWork(runCommand, () => import('./run/run.ts')),
  withWork(trainCommand, () => import('./train/run.ts')),
  withWork(resumeCommand, () => import('./resume/run.ts')),
  withWork(mergeCommand, () => import('./merge/run.ts')),
  withWork(profileCommand, () => import('./profile/run.ts')),
  withWork(predictCommand, () => import('./predict/run.ts')),
  withWork(evalCommand, () => import('./eval/run.ts')),
  withWork(checkSubmissionCommand, () => import('./check-submission/run.ts')),
  withWork(loginCommand, () => import('./login/run.ts')),
  withWork(logoutCommand, () => import('./logout/run.ts')),
  withWork(downloadCommand, () => import('./download/run.ts')),
  withWork(submitCommand, () => import('./submit/run.ts')),
  withWork(submissionsCommand, () => import('./submissions/run.ts')),
  withWork(exportCommand, () => import('./export/run.ts')),
  withWork(inspectCommand, () => import('./inspect/run.ts')),
  withWork(playgroundCommand, () => import('./playground/run.ts')),
  withWork(doctorCommand, () => import('./doctor/run.ts')),
  dataGroup,
  setupGroup,
]
