// @ts-check
// `npm run setup`: builds the packages that the examples import, and installs what the examples need besides.
import '../scripts/node.mjs'

// Imported only now, because a Node that is too old may not even read them.
const { CommandFailed, stage } = await import('../scripts/run.mjs')
const { build, command, install, pnpm } = await import('../scripts/workspace.mjs')

try {
  await stage('Installing what the packages need', (announce) => install('job', announce))
  await stage('Building the packages', (announce) => build(command, announce))
  await stage('Installing what the examples need', (announce) => {
    announce()
    return pnpm(['install', '--frozen-lockfile', '--prefer-offline', '--reporter', 'append-only'], import.meta.dirname)
  })
} catch (error) {
  if (!(error instanceof CommandFailed)) throw error
  process.exit(1)
}
