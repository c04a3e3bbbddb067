// Damages files as they come to their place, or before they are read back where they wait for it: DAMAGE is a pattern of their paths and what is done to
// their text, as [pattern, from, to]. What waits has no name of its own yet: its text tells it.
import fs, { readFileSync, writeFileSync } from 'node:fs'
import files from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const [pattern, from, to] = JSON.parse(process.env.DAMAGE)
const damage = (path) => writeFileSync(path, readFileSync(path, 'latin1').replace(new RegExp(from, 'm'), to), 'latin1')
const { rename } = files
files.rename = async (temporary, path) => {
  await rename(temporary, path)
  if (new RegExp(pattern).test(path)) damage(path)
}
const { createReadStream } = fs
fs.createReadStream = (path, options) => {
  if (/[\\/]\.pixelrow[\\/]work-/.test(path)) damage(path)
  return createReadStream(path, options)
}
syncBuiltinESMExports()
