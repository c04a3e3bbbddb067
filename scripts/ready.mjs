// @ts-check
// What `npm start` and the commands beside it do first: install and build the `pixelrow` command.
import { CommandFailed, stage } from './run.mjs'
import { build, command, install } from './workspace.mjs'

/** Installs and builds what the command runs on, a line a stage; where that fails, which is told, the process ends with 1. */
export async function readyCommand() {
  try {
    await stage('Installing what the job needs (180 MB the first time)', (announce) => install('job', announce))
    await stage('Building', (announce) => build(command, announce))
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error
    process.exit(1)
  }
}
