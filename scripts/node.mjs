// @ts-check
// Ends the process with one sentence if this Node is too old. Nothing here is newer than Node 14, which must read it.
import { readFileSync } from 'node:fs'

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
