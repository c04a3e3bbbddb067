// @ts-check
// `npm run playground -- ARGS`: from a clone to `pixelrow playground ARGS`, with what its page is built from.
import './node.mjs'

// Imported only now, because a Node that is too old may not even read them.
const { join } = await import('node:path')
const { pathToFileURL } = await import('node:url')
const { CommandFailed, stage } = await import('./run.mjs')
const { build, command, install, page, root } = await import('./workspace.mjs')

try {
  await stage('Installing what the page needs (230 MB the first time)', (announce) => install('page', announce))
  await stage('Building', async (announce) => {
    const built = await build(command, announce)
    return (await build(page, built ? () => {} : announce)) || built
  })
} catch (error) {
  if (!(error instanceof CommandFailed)) throw error
  process.exit(1)
}

// In this very process, so that signals, the terminal and the exit code are the command's own.
const entry = join(root, 'apps', 'cli', 'dist', 'pixelrow.js')
process.argv = [process.execPath, entry, 'playground', ...process.argv.slice(2)]
await import(pathToFileURL(entry).href)
