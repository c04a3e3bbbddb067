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
const { readyCommand } = await import('./ready.mjs')
const { root } = await import('./workspace.mjs')

await readyCommand()

// In this very process, so that signals, the terminal and the exit code are the command's own.
const entry = join(root, 'apps', 'cli', 'dist', 'pixelrow.js')
process.argv = [process.execPath, entry, 'run', ...process.argv.slice(2)]
await import(pathToFileURL(entry).href)
