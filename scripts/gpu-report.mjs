// @ts-check
// `npm run gpu-report -- ARGS`: from a clone to what this machine's GPU does, as text to paste into an issue. `--bundle FILE` writes the one
// file that does the same on a machine without a registry, beside an onnxruntime-node.
import './node.mjs'

// Imported only now, because a Node that is too old may not even read them.
const { spawnSync } = await import('node:child_process')
const { mkdirSync } = await import('node:fs')
const { join, resolve } = await import('node:path')
const { readyCommand } = await import('./ready.mjs')
const { cache, root } = await import('./workspace.mjs')

const args = process.argv.slice(2)
const at = args.indexOf('--bundle')
const asked = at < 0 ? undefined : args[at + 1]
if (at >= 0 && !asked) {
  console.error('usage: npm run gpu-report -- --bundle FILE.cjs')
  process.exit(2)
}
const file = asked ? resolve(asked) : join(cache, 'gpu.cjs')

await readyCommand()
const { bundle } = await import('../bench/gpu/bundle.mjs')
mkdirSync(cache, { recursive: true })
await bundle(file, { small: asked !== undefined })

if (asked) console.log(file)
else {
  const cli = join(root, 'apps', 'cli')
  node([join(cli, 'dist', 'pixelrow.js'), 'doctor'])
  console.log('')
  process.exitCode = node([file, ...args])
}

/** @param {string[]} parts @returns {number} */
function node(parts) {
  // The bundle finds onnxruntime-node among what the command runs on.
  const env = { ...process.env, NODE_PATH: join(root, 'apps', 'cli', 'node_modules') }
  return spawnSync(process.execPath, parts, { stdio: 'inherit', env }).status ?? 1
}
