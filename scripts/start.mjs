// @ts-check
// `npm start -- ARGS`: from a fresh clone to `pixelrow run ARGS`. Plain Node, nothing installed beforehand.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const needed = engines.node.replace('>=', '')
const [needMajor, needMinor] = needed.split('.').map(Number)
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < needMajor || (major === needMajor && minor < needMinor)) {
  console.error(
    `pixelrow needs Node ${needed} or newer, and this is Node ${process.versions.node}: install a newer one.`,
  )
  process.exit(1)
}

// Imported only now, because an older Node may not even parse what follows.
const { stage, CommandFailed } = await import('./run.mjs')
const { build, install, root } = await import('./workspace.mjs')

try {
  await stage('Installing what the job needs', (announce) => install('job', announce))
  await stage('Building', (announce) => build('pixelrow', announce))
} catch (error) {
  if (!(error instanceof CommandFailed)) throw error
  process.exit(1)
}

// In this very process, so that signals, the terminal and the exit code are the command's own.
const entry = join(root, 'apps', 'cli', 'dist', 'pixelrow.js')
process.argv = [process.execPath, entry, 'run', ...process.argv.slice(2)]
await import(pathToFileURL(entry).href)
