// @ts-check
// `npm start -- ARGS`: from a fresh clone to `pixelrow run ARGS`. Plain Node, nothing installed beforehand.
import './node.mjs'

// npm keeps flags for itself unless -- comes first; of `npm start --recipe linear` only `linear` arrives here.
const [first] = process.argv.slice(2)
if (first !== undefined && !first.startsWith('-')) {
  console.error('npm needs -- before flags: npm start -- --recipe linear')
  process.exit(2)
}

// Imported only now, because a Node that is too old may not even read them.
const { join } = await import('node:path')
const { pathToFileURL } = await import('node:url')
const { CommandFailed, stage } = await import('./run.mjs')
const { build, command, install, root } = await import('./workspace.mjs')

try {
  await stage('Installing what the job needs (180 MB the first time)', (announce) => install('job', announce))
  await stage('Building', (announce) => build(command, announce))
} catch (error) {
  if (!(error instanceof CommandFailed)) throw error
  process.exit(1)
}

// In this very process, so that signals, the terminal and the exit code are the command's own.
const entry = join(root, 'apps', 'cli', 'dist', 'pixelrow.js')
process.argv = [process.execPath, entry, 'run', ...process.argv.slice(2)]
await import(pathToFileURL(entry).href)
